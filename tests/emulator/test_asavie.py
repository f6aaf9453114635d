"""Asavie as its page describes it, its XML compared with the page's sample by lxml."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from lxml import etree
from truecopy_emulator import Emulator

from .conftest import DATA, KEY, TLS, get, page, post

NAMESPACE = "http://schemas.datacontract.org/2004/07/AS.Models.API"
ARRAYS = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


def structure(element: Any) -> Any:
    """Names and order of elements; of text only whether there is any."""
    return element.tag, bool((element.text or "").strip()) or None, [structure(child) for child in element]


def test_json_has_the_samples_members(av: httpx.Client) -> None:
    answer = av.get("/v1/batches/batch-0001")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    sample = page("asavie.getBatch.json")
    assert set(answer.json()) == set(sample)
    assert set(answer.json()["Data"]) == set(sample["Data"])
    assert answer.json()["Data"]["ID"] == "batch-0001"
    assert (answer.json()["Success"], answer.json()["Code"], answer.json()["ErrorCode"]) == (True, 200, 0)


@pytest.mark.parametrize("media", ["application/xml", "text/xml"])
def test_xml_has_the_structure_of_the_page(av: httpx.Client, media: str) -> None:
    """The page's own values, stored and read back: the same tree, but for the values that the service sets."""
    sample = page("asavie.getBatch.json")["Data"]
    av.post("/v1/batches", json=sample)
    answer = av.get(f"/v1/batches/{sample['ID']}", headers={"Accept": media})
    assert answer.headers["content-type"] == media
    root, wanted = etree.fromstring(answer.content), etree.fromstring((DATA / "getBatch.xml").read_bytes())
    assert root.tag == wanted.tag
    assert [child.tag for child in root] == [child.tag for child in wanted]
    names = {"n": NAMESPACE}
    mine, theirs = root.find("n:Data", names), wanted.find("n:Data", names)
    assert mine is not None
    assert theirs is not None
    assert structure(mine) == structure(theirs)
    assert [e.text for e in mine.iter() if e.text and e.text.strip()] == [
        e.text for e in theirs.iter() if e.text and e.text.strip()
    ]


def test_null_is_nil_in_xml(av: httpx.Client) -> None:
    root = etree.fromstring(av.get("/v1/batches/batch-0001", headers={"Accept": "text/xml"}).content)
    tag = root.find(f"{{{NAMESPACE}}}Data/{{{NAMESPACE}}}AppTag")
    assert tag is not None
    assert tag.get(NIL) == "true"


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("text/json", "text/json"),
        ("text/*", "text/json"),
        ("application/xml;q=0.5, text/json;q=0.4", "application/xml"),
        ("application/json;q=0, */*;q=0.1", "text/json"),
        ("text/html, application/xml;q=0.9, */*;q=0.8", "application/xml"),
        ("text/html", None),
        ("application/json;q=0", None),
    ],
)
def test_accept(emulator: Emulator, accept: str | None, media: str | None) -> None:
    headers = {"Authorization": f"Bearer {KEY}"} | ({"Accept": accept} if accept else {})
    with httpx.Client(verify=TLS) as client:
        if accept is None:
            del client.headers["accept"]
        answer = client.get(emulator.url("asavie") + "/v1/batches/batch-0001", headers=headers)
    if media is None:
        assert answer.status_code == 406
        assert "Message" in answer.json()
    else:
        assert (answer.status_code, answer.headers["content-type"]) == (200, media)


XML = f"""<Batch xmlns="{NAMESPACE}"><Name>A &amp; B</Name><Parameters xmlns:a="{ARRAYS}"><a:KeyValueOfstringstring>
<a:Key>k</a:Key><a:Value>v</a:Value></a:KeyValueOfstringstring></Parameters><Status>7</Status></Batch>"""


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b'{"Name": "A & B", "Parameters": {"k": "v"}, "Status": 7}', "application/json"),
        (XML.encode(), "application/xml"),
        (XML.encode("utf-16"), "text/xml"),
    ],
)
def test_a_batch_is_created_from_any_media_type(av: httpx.Client, body: bytes, media: str) -> None:
    answer = av.post("/v1/batches", content=body, headers={"Content-Type": media})
    assert answer.status_code == 200
    created = answer.json()
    assert created["Data"] == {
        "Name": "A & B",
        "AppTag": None,
        "Description": None,
        "Parameters": {"k": "v"},
        "Status": 7,
        "TimeoutMinutes": 60,
        "ID": "batch-0002",
    }
    assert created["StatusUrl"] == "v1/batches/batch-0002"
    again = av.get(created["StatusUrl"])
    assert again.json()["Data"] == created["Data"]


def test_a_form(av: httpx.Client) -> None:
    created = av.post("/v1/batches", data={"Name": "Formed", "Status": "3"}).json()["Data"]
    assert (created["Name"], created["Status"]) == ("Formed", 3)


@pytest.mark.parametrize(
    "attack",
    [
        '<!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><Batch>&b;</Batch>',
        '<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/hostname">]><Batch><Name>&x;</Name></Batch>',
        "<Batch>" * 100_000,
        "<Other/>",
        "",
    ],
)
def test_hostile_xml_is_a_400(av: httpx.Client, attack: str) -> None:
    answer = av.post("/v1/batches", content=attack.encode(), headers={"Content-Type": "application/xml"})
    assert answer.status_code == 400
    assert (answer.json()["Code"], answer.json()["Success"]) == (400, False)


def test_a_missing_batch(av: httpx.Client) -> None:
    answer = av.get("/v1/batches/nope")
    assert answer.status_code == 404
    assert (answer.json()["Code"], answer.json()["Success"], answer.json()["Data"]) == (404, False, None)


def test_an_id_is_taken_once(av: httpx.Client) -> None:
    assert av.post("/v1/batches", json={"ID": "mine"}).status_code == 200
    assert av.post("/v1/batches", json={"ID": "mine"}).status_code == 409


def test_the_observed_401(emulator: Emulator) -> None:
    answer = get(emulator.url("asavie") + "/v1/batches/batch-0001")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json() == {"Message": "Authorization has been denied for this request."}


def test_a_token_lives_3599_seconds(emulator: Emulator) -> None:
    base = emulator.url("asavie")
    form = {"grant_type": "client_credentials", "client_id": "emulator-client", "client_secret": KEY}
    token = post(base + "/v1/authtoken", data=form).json()
    assert (token["token_type"], token["expires_in"]) == ("bearer", 3599)
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    assert get(base + "/v1/batches/batch-0001", headers=headers).status_code == 200
    emulator.world.clock.advance(3600)
    assert get(base + "/v1/batches/batch-0001", headers=headers).status_code == 401


def test_wrong_client_credentials(emulator: Emulator) -> None:
    form = {"grant_type": "client_credentials", "client_id": "a", "client_secret": "b"}
    answer = post(emulator.url("asavie") + "/v1/authtoken", data=form)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client"

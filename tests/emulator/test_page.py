"""The page in a real browser: Debian's Chromium without a head. Skipped where there is none; the test never installs
one."""

from __future__ import annotations

import json
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait
from truecopy_emulator import Emulator

from .conftest import get

SHOTS = Path(__file__).parents[2] / "build" / "emulator"


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("no chromium and chromedriver; with Debian: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1200,1400"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield found
    found.quit()


@pytest.fixture
def page(browser: webdriver.Chrome, emulator: Emulator, qp: httpx.Client) -> webdriver.Chrome:
    """The page after two calls, one of them refused."""
    qp.get("/micropanel/batches/4445556")
    qp.get("/micropanel/batches/none")
    browser.get(f"{emulator.origin}/_emulator/")
    until(browser, lambda: browser.find_element(By.TAG_NAME, "body").get_attribute("data-ready") == "yes")
    return browser


def until(browser: webdriver.Chrome, condition: Any) -> None:
    """Wait for a condition; what the page's timer has just redrawn is looked up again."""
    WebDriverWait(browser, 20, 0.05, [StaleElementReferenceException]).until(lambda _: condition())


def use(browser: webdriver.Chrome, selector: str, *keys: str) -> None:
    """Send keys to a control."""

    def sent() -> bool:
        browser.find_element(By.CSS_SELECTOR, selector).send_keys(*keys)
        return True

    until(browser, sent)


def select(browser: webdriver.Chrome, selector: str, value: str) -> None:
    def selected() -> bool:
        Select(browser.find_element(By.CSS_SELECTOR, selector)).select_by_value(value)
        return True

    until(browser, selected)


def logged(browser: webdriver.Chrome, kind: str) -> list[dict[str, Any]]:
    """What the browser has logged since this was last asked."""
    rows: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return rows


def text(browser: webdriver.Chrome, selector: str) -> str:
    return browser.find_element(By.CSS_SELECTOR, selector).text


def test_shows_state_and_journal_and_keeps_a_screenshot(page: webdriver.Chrome) -> None:
    assert [title.text for title in page.find_elements(By.TAG_NAME, "h3")] == ["QuestionPro", "Supermetrics", "Asavie"]
    assert "batches" in text(page, "#provider-questionpro dl")
    rows = page.find_elements(By.CSS_SELECTOR, "#journal > li")
    assert [row.find_element(By.CLASS_NAME, "status").text for row in rows] == ["400", "200"]
    rows[0].find_element(By.TAG_NAME, "summary").send_keys(Keys.ENTER)
    until(page, lambda: len(rows[0].find_elements(By.CSS_SELECTOR, ".pair > div")) == 2)
    left, right = rows[0].find_elements(By.CSS_SELECTOR, ".pair > div")
    assert left.location["y"] == right.location["y"]
    assert "api-key: ***" in left.text
    assert "Invalid URL parameters" in right.text
    assert "expected integer" in rows[0].find_element(By.CLASS_NAME, "why").text
    SHOTS.mkdir(parents=True, exist_ok=True)
    assert page.save_screenshot(str(SHOTS / "page.png"))
    assert (SHOTS / "page.png").stat().st_size > 10_000


def test_the_journal_is_live(page: webdriver.Chrome, qp: httpx.Client) -> None:
    qp.get("/surveys/7654321/responses")
    until(page, lambda: "/surveys/7654321/responses" in text(page, "#journal > li:first-child"))
    assert len(page.find_elements(By.CSS_SELECTOR, "#journal > li")) == 3


def test_a_fault_is_set_and_removed_with_the_keyboard(page: webdriver.Chrome, qp: httpx.Client) -> None:
    select(page, "#fault [name=effect]", "status")
    use(page, "#fault [name=value]", "503", Keys.ENTER)
    until(page, lambda: "status=503" in text(page, "#faults"))
    assert qp.get("/micropanel/batches/4445556").status_code == 503
    use(page, "#faults button", Keys.SPACE)
    until(page, lambda: not text(page, "#faults"))
    assert qp.get("/micropanel/batches/4445556").status_code == 200
    use(page, "#fault [name=value]", "x", Keys.ENTER)
    until(page, lambda: text(page, "#message").startswith("Not done"))


def test_the_clock_is_advanced_and_frozen(page: webdriver.Chrome, emulator: Emulator) -> None:
    before = emulator.clock.now()
    page.find_element(By.NAME, "advance").clear()
    use(page, "[name=advance]", "3600", Keys.ENTER)
    until(page, lambda: emulator.clock.now() - before >= 3600)
    use(page, "[name=frozen]", Keys.SPACE)
    until(page, lambda: emulator.clock.frozen is not None)


def test_an_oddity_and_a_transition(page: webdriver.Chrome, emulator: Emulator) -> None:
    box = "label[title=empty_meta] input"
    use(page, box, Keys.SPACE)
    until(page, lambda: emulator.world.switch("asavie", "empty_meta"))
    until(page, lambda: page.find_element(By.CSS_SELECTOR, box).is_selected())
    select(page, "#provider-supermetrics select", "immediate")
    until(page, lambda: emulator.world.transition("supermetrics").mode == "immediate")


def test_the_focus_stays_where_it_is(page: webdriver.Chrome, emulator: Emulator) -> None:
    emulator.faults.add("delay=0")
    emulator.faults.add("jitter=0")
    until(page, lambda: len(page.find_elements(By.CSS_SELECTOR, "#faults button")) == 2)

    def focus() -> str:
        return str(page.switch_to.active_element.get_attribute("textContent"))

    use(page, "#faults li:nth-child(2) button", Keys.SHIFT)
    emulator.faults.add("delay=0")  # the list is drawn anew
    until(page, lambda: len(page.find_elements(By.CSS_SELECTOR, "#faults button")) == 3)
    assert focus() == "Remove jitter=0.0"
    box = "label[title=empty_meta] input"
    use(page, box, Keys.SPACE)
    until(page, lambda: emulator.world.switch("asavie", "empty_meta"))
    until(page, lambda: page.find_element(By.CSS_SELECTOR, box) == page.switch_to.active_element)


def test_the_reference_is_there_with_a_control_token(browser: webdriver.Chrome) -> None:
    with Emulator(control_token="a-token") as emulator:
        browser.get(f"{emulator.origin}/_emulator/")
        until(browser, lambda: browser.find_element(By.NAME, "token").is_displayed())
        use(browser, "[name=token]", "a-token", Keys.ENTER)
        until(browser, lambda: browser.find_element(By.TAG_NAME, "body").get_attribute("data-ready") == "yes")
        browser.get(f"{emulator.origin}/_emulator/assets/reference.html?provider=asavie")
        until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".opblock-summary-path"))


def test_reset(page: webdriver.Chrome, emulator: Emulator) -> None:
    use(page, "#reset", Keys.ENTER)
    until(page, lambda: not page.find_elements(By.CSS_SELECTOR, "#journal > li"))
    assert emulator.journal.total == 0


@pytest.mark.parametrize("provider", ["questionpro", "supermetrics", "asavie"])
def test_the_reference_is_rendered_from_our_own_origin(
    browser: webdriver.Chrome, emulator: Emulator, provider: str
) -> None:
    logged(browser, "performance")
    logged(browser, "browser")
    browser.get(f"{emulator.origin}/_emulator/assets/reference.html?provider={provider}")
    until(browser, lambda: browser.find_elements(By.CSS_SELECTOR, ".opblock-summary-path"))
    shown = {
        path.text.replace("\u200b", "") for path in browser.find_elements(By.CSS_SELECTOR, ".opblock-summary-path")
    }
    assert shown == set(emulator.engine.providers[provider].document.root["paths"])
    messages = [json.loads(row["message"])["message"] for row in logged(browser, "performance")]
    asked = [row["params"]["request"]["url"] for row in messages if row["method"] == "Network.requestWillBeSent"]
    assert len(asked) > 3
    assert [url for url in asked if not url.startswith((emulator.origin, "data:"))] == []
    errors = [row for row in logged(browser, "browser") if row["level"] == "SEVERE"]
    assert errors == []
    SHOTS.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(SHOTS / f"reference-{provider}.png"))


def test_pages_are_files_of_ours_and_nothing_else(emulator: Emulator) -> None:
    base = f"{emulator.origin}/_emulator/assets/"
    assert "script" in get(base + "page.js").headers["content-type"]
    for name in ("..%2f__init__.py", "__init__.py", "%2e%2e", "no.js"):
        request = urllib.request.Request(base + name)  # httpx would tidy the path up
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(request)

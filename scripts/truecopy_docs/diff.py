"""Facts against facts: what changed in the contract, how bad it is, and what it touches.

Rows are matched by their keys and compared word by word, so the order and the wording of a page do not matter. Three
moves are recognised before that, because they would otherwise read as one thing removed and another added: a success
status that changed, a field that went elsewhere in the payload, and a parameter that went to another place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from truecopy_docs.facts import Fact, Facts
from truecopy_docs.rules import BREAKING, COMPATIBLE, DOCUMENTATION, RANK, classify, distinct, same_words
from truecopy_docs.spec import Operation, Spec
from truecopy_docs.urls import names_in, same_path

__all__ = ["Change", "compare", "compare_rows", "cut_off", "exit_status"]

Key = tuple[str, ...]
Rows = Mapping[Key, Fact]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the contract. `klass` is its class; `pointer` and `names` are empty when no spec has the
    operation."""

    klass: str
    code: str
    what: str
    old: Any
    new: Any
    key: Key
    old_line: int | None
    new_line: int | None
    pointer: str = ""
    names: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The change as the JSON report prints it."""
        row = asdict(self)
        row["class"], row["names"] = row.pop("klass"), list(self.names)
        del row["key"]
        order = ("class", "code", "what", "old", "new", "pointer", "names", "old_line", "new_line")
        return {word: row[word] for word in order}


def exit_status(changes: Iterable[Change]) -> int:
    """0 nothing changed, 3 compatible or documentation only, 4 breaking."""
    worst = min((RANK[change.klass] for change in changes), default=None)
    return 0 if worst is None else 4 if worst == RANK[BREAKING] else 3


def compare(old: Facts, new: Facts, specs: Iterable[Spec] = ()) -> list[Change]:
    """The changes from one page to another, worst first. What a cut-off new page does not show is not called
    removed."""
    before = {(row.kind, *row.key): row for row in old.rows}
    after = {(row.kind, *row.key): row for row in new.rows}
    if new.truncated:
        before = {key: _shown(row, after[key]) for key, row in before.items() if key in after}
        after = {key: row for key, row in after.items() if key[0] != "contradiction" or key in before}
    else:
        after = _listed(before, after)
    changes = compare_rows(_refolded(before, after), _refolded(after, before))
    spec, operation = next(((s, o) for s in specs if (o := s.operation_of(old)) is not None), (None, None))
    if spec is not None and operation is not None:
        changes = [_placed(change, spec, operation) for change in changes]
    return sorted(
        changes, key=lambda change: (RANK[change.klass], change.new_line or change.old_line or 0, change.what)
    )


def cut_off(old: Facts, new: Facts) -> str | None:
    """Why the new page may be cut off although it reads like a shorter page, or None: what is gone is exactly the end
    of the old page, and nothing came."""
    before, after = ({(row.kind, *row.key): row for row in page.rows} for page in (old, new))
    come = after.keys() - before.keys()
    if new.truncated or any(key[0] != "contradiction" for key in come):
        return new.doubt
    stated = {
        key for key, row in after.items() if key in before and ("source" in row.says) == ("source" in before[key].says)
    }
    gone = [row.line for key, row in before.items() if key not in stated and key[0] != "contradiction"]
    kept = [row.line for key, row in before.items() if key in stated and key[0] != "contradiction"]
    if not gone or not kept or max(kept) >= min(gone):
        return new.doubt
    return f"what is gone is all that follows line {max(kept)} of the old page"


def _shown(old: Fact, new: Fact) -> Fact:
    """What a row said before, without the words that a page which is cut off may just not have come to."""
    says = {word: value for word, value in old.says.items() if word in new.says}
    if old.kind == "response":
        says["body"] = new.says.get("body")
    return Fact(old.kind, old.key, {word: value for word, value in says.items() if value is not None}, old.line)


def _listed(before: Rows, after: Rows) -> dict[Key, Fact]:
    """The rows without fields that only a sample still shows, beside fields that the page states: the page took them
    back."""
    stated = {_above(key) for key, row in after.items() if key[0] == "field" and "source" not in row.says}
    lost = {
        key
        for key, row in after.items()
        if key in before
        and key[0] == "field"
        and key[2]
        and _above(key) in stated
        and "source" in row.says
        and "source" not in before[key].says
    }
    return {key: row for key, row in after.items() if key not in lost}


def _refolded(rows: Rows, known: Rows) -> Rows:
    """The rows of a page that lost its indentation, nested as the other page has them where both readings are possible.

    A new object takes what follows it on such a page. Once a member of its own has been seen, a field that the other
    page has further up ends it.
    """
    flat = {key[1] for key, row in rows.items() if key[0] == "field" and not key[2] and row.says.get("flat")}
    places = {key[1:] for key in known if key[0] == "field"}
    owners: dict[tuple[str, str], list[str]] = {}  # where the other page has fields of a name
    for at, place in places:
        owners.setdefault((at, place.rpartition("/")[2]), []).append(place.rpartition("/")[0])
    moved: dict[Key, str] = {}  # where each field is now
    closed: dict[Key, str] = {}  # a new object -> where its members go since it ended
    own: set[Key] = set()  # new objects of which a member was seen
    result: dict[Key, Fact] = {}
    for key, row in rows.items():
        if key[0] != "field" or key[1] not in flat or not key[2]:
            result[key] = row
            continue
        at, (above, _, name) = key[1], key[2].rpartition("/")
        scope = moved.get((at, above), above)
        ended = []
        while (at, scope) in closed:
            ended.append(scope)
            scope = closed[at, scope]
        closed |= {(at, pointer): scope for pointer in ended}  # so that the next one has not as far to go
        if (at, f"{scope}/{name}") not in places and (at, scope.removesuffix("/*")) in own:
            outer = [place for place in owners.get((at, name), ()) if f"{scope}/".startswith(f"{place}/")]
            if outer:
                closed[at, scope] = scope = max(outer, key=len)
        if name != "*" and (at, scope.removesuffix("/*")) not in places:
            own.add((at, scope.removesuffix("/*")))
        moved[at, key[2]] = pointer = f"{scope}/{name}"
        result.setdefault(("field", at, pointer), replace(row, key=(at, pointer)))
    return result


def _placed(change: Change, spec: Spec, operation: Operation) -> Change:
    names = tuple(dict.fromkeys(spec.names(operation, change.key)))
    return replace(change, pointer=spec.pointer(operation, change.key), names=names)


class _Comparison:
    def __init__(self, before: Rows, after: Rows) -> None:
        self.before, self.after = dict(before), dict(after)
        self.changes: list[Change] = []
        self.reported: set[str] = set()  # names of fields that went, came or became lists: XML elements go with them

    def note(self, klass: str, code: str, what: str, key: Key, old: Any = None, new: Any = None, *,
             old_row: Fact | None = None, new_row: Fact | None = None) -> None:  # fmt: skip
        old_row, new_row = old_row or self.before.get(key), new_row or self.after.get(key)
        old_line, new_line = ((row.line or None) if row else None for row in (old_row, new_row))
        self.changes.append(Change(klass, code, what, old, new, key, old_line, new_line))

    def keys(self, kind: str) -> tuple[list[Key], list[Key], list[Key]]:
        """Keys of a kind that are gone, new, and in both."""
        before = [key for key in self.before if key[0] == kind]
        after = [key for key in self.after if key[0] == kind]
        known = set(after)
        both = [key for key in before if key in known]
        had = set(before)
        return [key for key in before if key not in known], [key for key in after if key not in had], both

    # -- the address -------------------------------------------------------------------------------

    def operation(self) -> None:
        key: Key = ("operation",)
        old, new = self.before.get(key), self.after.get(key)
        if not old or not new:
            return
        for word in ("method", "path"):
            was, now = old.says.get(word), new.says.get(word)
            if was == now:
                continue
            if word == "path" and same_path(str(was), str(now)):
                continue  # its placeholders were renamed, which the parameters report
            if word == "path" and self.host_said_on_one_side(str(was), str(now)):
                continue
            self.note(BREAKING, f"{word}-changed", f"{word} of the operation", key, was, now)
        if not same_words("deprecated", old.says.get("deprecated"), new.says.get("deprecated")):
            self.note(
                DOCUMENTATION,
                "operation-deprecated-changed",
                "whether the operation is deprecated",
                key,
                bool(old.says.get("deprecated")),
                bool(new.says.get("deprecated")),
            )
        for word in ("id", "tag"):
            if old.says.get(word) != new.says.get(word):
                self.note(
                    BREAKING,
                    f"operation-{word}-changed",
                    f"{word} of the operation",
                    key,
                    old.says.get(word),
                    new.says.get(word),
                )
        if old.says.get("repaired") != new.says.get("repaired"):
            self.note(
                DOCUMENTATION,
                "path-repair-changed",
                "damage in the printed path",
                key,
                old.says.get("repaired"),
                new.says.get("repaired"),
            )

    def host_said_on_one_side(self, was: str, now: str) -> bool:
        """Whether the paths differ only because one page prints a host, whose base URL takes the first segments."""
        old, new = (next((key[1] for key in rows if key[0] == "host"), "") for rows in (self.before, self.after))
        return bool(old) != bool(new) and ((new + now).endswith(was) if new else (old + was).endswith(now))

    def hosts(self) -> None:
        """The first host is the page's own word, and the one to call; others come from code samples that disagree."""
        gone, come, _ = self.keys("host")
        old, new = ([key for key in rows if key[0] == "host"] for rows in (self.before, self.after))
        was, now = [key[1] for key in gone] or None, [key[1] for key in come] or None
        if old and new and old[0] != new[0]:
            self.note(BREAKING, "host-changed", "host", old[0], old[0][1], new[0][1], new_row=self.after[new[0]])
        elif gone:
            self.note(COMPATIBLE if new else DOCUMENTATION, "host-removed", "host", gone[0], was, None)
        elif come:
            self.note(COMPATIBLE if old else DOCUMENTATION, "host-added", "host", come[0], None, now)

    def security(self) -> None:
        gone, come, both = self.keys("security")
        was = [" ".join(key[1:]) for key in gone]
        now = [" ".join(key[1:]) for key in come]
        if gone and come:
            self.note(BREAKING, "security-changed", "security", gone[0], was, now, new_row=self.after[come[0]])
        elif gone:
            self.note(COMPATIBLE if not both else BREAKING, "security-removed", "security", gone[0], was, None)
        elif come:
            choice = both and not any(self.after[key].says.get("with") for key in come)
            self.note(COMPATIBLE if choice else BREAKING, "security-added", "security", come[0], None, now)
        for key in both:
            stated = ["source" not in rows[key].says for rows in (self.before, self.after)]
            if stated[0] != stated[1]:
                what = f"whether the page states {' '.join(key[1:])}, which its samples send"
                self.note(DOCUMENTATION, "security-stated", what, key, *stated)

    # -- parameters --------------------------------------------------------------------------------

    def parameters(self) -> None:
        gone, come, both = self.keys("parameter")
        self.renamed_placeholders(gone, come)
        fields = {key[2].rpartition("/")[2]: key for key in self.keys("field")[1] if key[1] == "request"}
        for key in list(gone):
            other = next((new for new in come if new[2].lower() == key[2].lower()), None)
            target = other or fields.get(key[2])
            if target:
                gone.remove(key)
                place = target[1] if other else "body"
                self.note(
                    BREAKING,
                    "parameter-moved",
                    f"place of parameter {key[2]}",
                    key,
                    key[1],
                    place,
                    new_row=self.after[target],
                )
                if other:
                    come.remove(other)
                    self.words(key, other, "request", f"parameter {key[2]}")
        lost = {key[2].rpartition("/")[2]: key for key in self.keys("field")[0] if key[1] == "request"}
        for key in gone:
            self.note(
                BREAKING, "parameter-removed", f"{key[1]} parameter {key[2]}", key, _brief(self.before[key]), None
            )
        for key in come:
            row = self.after[key]
            if source := lost.get(key[2]):
                self.note(
                    BREAKING,
                    "parameter-moved",
                    f"place of parameter {key[2]}",
                    key,
                    "body",
                    key[1],
                    old_row=self.before[source],
                )
                continue
            klass = BREAKING if row.says.get("required") else COMPATIBLE
            self.note(klass, "parameter-added", f"{key[1]} parameter {key[2]}", key, None, _brief(row))
        for key in both:
            self.words(key, key, "request", f"{key[1]} parameter {key[2]}")

    def renamed_placeholders(self, gone: list[Key], come: list[Key]) -> None:
        """Placeholders at the same position of the same path: the wire does not change, the argument's name does."""
        old, new = (
            str(rows[("operation",)].says.get("path", "")) if ("operation",) in rows else ""
            for rows in (self.before, self.after)
        )
        if not same_path(old, new):
            return
        for was, now in zip(names_in(old), names_in(new), strict=True):
            key, other = ("parameter", "path", was), ("parameter", "path", now)
            if was != now and key in gone and other in come:
                gone.remove(key)
                come.remove(other)
                self.note(
                    BREAKING,
                    "parameter-renamed",
                    f"name of path parameter {was}",
                    key,
                    was,
                    now,
                    new_row=self.after[other],
                )
                self.words(key, other, "request", f"path parameter {now}")

    # -- payloads ----------------------------------------------------------------------------------

    def responses(self) -> None:
        gone, come, both = self.keys("response")
        success_gone = [key for key in gone if key[1].startswith("2")]
        success_come = [key for key in come if key[1].startswith("2")]
        if len(success_gone) == len(success_come) == 1:
            old, new = success_gone[0], success_come[0]
            self.note(BREAKING, "status-changed", "status of success", old, old[1], new[1], new_row=self.after[new])
            gone.remove(old)
            come.remove(new)
            self.rename_location(f"response {new[1]}", f"response {old[1]}")
        for key in gone:
            self.note(BREAKING, "status-removed", f"status {key[1]}", key, key[1], None)
            self.drop(self.before, f"response {key[1]}")
        for key in come:
            klass = BREAKING if key[1].startswith("2") else COMPATIBLE
            self.note(klass, "status-added", f"status {key[1]}", key, None, key[1])
            self.drop(self.after, f"response {key[1]}")
        for key in both:
            was, now = self.before[key].says, self.after[key].says
            if was.get("stated") != now.get("stated"):
                self.note(
                    DOCUMENTATION,
                    "status-stated",
                    f"whether the page states status {key[1]}",
                    key,
                    was.get("stated"),
                    now.get("stated"),
                )
            had, has = self.has_body(self.before, key), self.has_body(self.after, key)
            if had != has:
                klass, code = (COMPATIBLE, "body-added") if has else (BREAKING, "body-removed")
                self.note(klass, code, f"body of status {key[1]}", key, had, has)
                self.drop(self.before, f"response {key[1]}", ("field", "media", "error", "xml"))
                self.drop(self.after, f"response {key[1]}", ("field", "media", "error", "xml"))

    def has_body(self, rows: Rows, key: Key) -> bool:
        """Whether an answer has a body, as the page says or as its rows show."""
        at = f"response {key[1]}"
        return bool(rows[key].says.get("body", any(row[0] in ("field", "media") and row[1] == at for row in rows)))

    def rename_location(self, at: str, to: str) -> None:
        for key, row in list(self.after.items()):
            if len(key) > 1 and key[1] == at:
                del self.after[key]
                self.after[(key[0], to, *key[2:])] = row

    def drop(self, rows: dict[Key, Fact], at: str, kinds: tuple[str, ...] = ()) -> None:
        """Forget what lies under a location that was reported as a whole."""
        for key in [key for key in rows if len(key) > 1 and key[1] == at and (not kinds or key[0] in kinds)]:
            del rows[key]

    def request(self) -> None:
        gone, come, both = self.keys("request")
        if gone:
            self.note(BREAKING, "request-body-removed", "request body", gone[0], "a body", None)
            self.drop(self.before, "request")
        elif come:
            needed = any(row.says.get("required") for key, row in self.after.items() if key[:2] == ("field", "request"))
            optional = self.after[come[0]].says.get("required") is False
            klass = COMPATIBLE if optional or (not needed and not self.before) else BREAKING
            self.note(klass, "request-body-added", "request body", come[0], None, "a body")
            self.drop(self.after, "request")
        for key in both:
            self.words(key, key, "request", "request body")

    def media(self) -> None:
        gone, come, _ = self.keys("media")
        for key in gone:
            self.note(BREAKING, "media-type-removed", f"media type of {key[1]}", key, key[2], None)
        for key in come:
            self.note(COMPATIBLE, "media-type-added", f"media type of {key[1]}", key, None, key[2])

    def headers(self) -> None:
        gone, come, both = self.keys("header")
        for key in list(gone):
            other = next((new for new in come if new[1] == key[1] and new[2].lower() == key[2].lower()), None)
            if other:  # header names do not care about case
                gone.remove(key)
                come.remove(other)
                self.words(key, other, "response", f"header {key[2]} of {key[1]}")
        for key in gone:
            self.note(BREAKING, "header-removed", f"header {key[2]} of {key[1]}", key, _brief(self.before[key]), None)
        for key in come:
            self.note(COMPATIBLE, "header-added", f"header {key[2]} of {key[1]}", key, None, _brief(self.after[key]))
        for key in both:
            self.words(key, key, "response", f"header {key[2]} of {key[1]}")

    def schemas(self) -> None:
        """A schema that went while the sample stayed: what the sample cannot show went with it, and is said once."""
        for _, at in self.keys("schema")[0]:
            shown = {key for key, row in self.after.items() if key[:2] == ("field", at) and "source" in row.says}
            if not shown:
                continue
            klass = COMPATIBLE if at == "request" else BREAKING
            self.note(klass, "schema-removed", f"schema of {at}", ("schema", at), "a schema", None)
            for key in [key for key in self.before if key[:2] == ("field", at)]:
                kinds = [rows[key].says.get("type") if key in rows else None for rows in (self.before, self.after)]
                said = {"type": kinds[0], "source": "sample"} if "null" not in kinds else {}
                if key not in shown or not said:
                    self.after.pop(key, None)
                    del self.before[key]
                else:
                    self.before[key] = replace(self.before[key], says=said)

    def lists(self) -> None:
        """An object that became a list of such objects, or the reverse: its members did not move by themselves."""
        for key in self.keys("field")[2]:
            if key not in self.before or key not in self.after:
                continue  # below a list that was dealt with
            kinds = (self.before[key].says.get("type"), self.after[key].says.get("type"))
            if kinds not in (("object", "array"), ("array", "object")):
                continue
            self.reported.add(key[2].rpartition("/")[2])
            rows, above = (self.after if kinds[1] == "array" else self.before), f"{key[2]}/*"
            for other in [other for other in rows if other[:2] == key[:2] and f"{other[2]}/".startswith(f"{above}/")]:
                row = rows.pop(other)
                if other[2] != above:
                    rows[(*other[:2], key[2] + other[2].removeprefix(above))] = row

    def fields(self) -> None:
        self.lists()
        gone, come, both = self.keys("field")
        moved: list[tuple[str, str, str]] = []
        for key in [key for key in gone if key not in self.under(gone)]:
            name = key[2].rpartition("/")[2]
            rival = [
                new
                for new in come
                if new[1] == key[1] and new[2].rpartition("/")[2] == name and new not in self.under(come)
            ]
            rival = rival or [new for new in come if new[1] == key[1] and new[2].rpartition("/")[2] == name]
            rival = [new for new in rival if self.after[new].says.get("type") == self.before[key].says.get("type")]
            if name not in ("*", "") and len(rival) == 1 and not any(rival[0][2] == to for _, _, to in moved):
                moved.append((key[1], key[2], rival[0][2]))
                self.note(
                    BREAKING,
                    "field-moved",
                    f"place of {_label(key)}",
                    key,
                    key[2],
                    rival[0][2],
                    new_row=self.after[rival[0]],
                )
        pairs = {
            key: ("field", at, to + key[2].removeprefix(source))
            for at, source, to in moved for key in gone
            if key[1] == at and (key[2] == source or key[2].startswith(source + "/"))
        }  # fmt: skip
        for key, other in pairs.items():
            if other in come:
                gone.remove(key)
                come.remove(other)
                self.words(key, other, _side(key), _label(key))
        covered_gone, covered_come = self.under(gone), self.under(come)
        parameters = {change.key[2] for change in self.changes if change.code == "parameter-moved"}
        for key in gone:
            if key not in covered_gone and not (key[1] == "request" and key[2].rpartition("/")[2] in parameters):
                self.note(BREAKING, "field-removed", _label(key), key, _brief(self.before[key]), None)
        for key in come:
            if (
                key in covered_come
                or self.now_a_list(key)
                or (key[1] == "request" and key[2].rpartition("/")[2] in parameters)
            ):
                continue
            row = self.after[key]
            klass = BREAKING if key[1] == "request" and row.says.get("required") else COMPATIBLE
            self.note(klass, "field-added", _label(key), key, None, _brief(row))
        for key in both:
            self.words(key, key, _side(key), _label(key))
        names = {key[2].rpartition("/")[2] for key in (*gone, *come)}
        self.reported |= names | {place.rpartition("/")[2] for _, *places in moved for place in places}

    def now_a_list(self, key: Key) -> bool:
        """Whether these are the items of something that became a list, which is reported as such."""
        owner = _above(key)
        return key[2].endswith("/*") and owner in self.before and self.before[owner].says.get("type") != "array"

    def under(self, keys: list[Key]) -> set[Key]:
        """Keys whose parent is in the list too: the parent says it all."""
        known = set(keys)
        return {key for key in keys if _above(key) in known}

    def errors(self) -> None:
        gone, come, both = self.keys("error")
        for key in list(gone):
            other = next((new for new in come if new[1] == key[1]), None)
            if other and not any(known[1] == key[1] for known in both):
                gone.remove(key)
                come.remove(other)
                self.note(
                    BREAKING,
                    "error-id-changed",
                    f"error id of {key[1]}",
                    key,
                    key[2],
                    other[2],
                    new_row=self.after[other],
                )
                self.words(key, other, "response", f"error of {key[1]}")
        for key in gone:
            self.note(BREAKING, "error-id-removed", f"error id of {key[1]}", key, key[2], None)
        for key in come:
            self.note(COMPATIBLE, "error-id-added", f"error id of {key[1]}", key, None, key[2])
        for key in both:
            self.words(key, key, "response", f"error {key[2]} of {key[1]}")

    def xml(self) -> None:
        _, _, both = self.keys("xml")
        for key in both:
            was, now = self.before[key].says, self.after[key].says
            for word in ("root", "namespace"):
                if was.get(word) != now.get(word):
                    self.note(
                        BREAKING, f"xml-{word}-changed", f"XML {word} of {key[1]}", key, was.get(word), now.get(word)
                    )
            old, new = list(was.get("elements") or ()), list(now.get("elements") or ())
            gone = [e for e in old if e not in new and not set(e.split("/")) & self.reported]
            come = [e for e in new if e not in old and not set(e.split("/")) & self.reported]
            for element in gone:
                self.note(BREAKING, "xml-element-removed", f"XML element of {key[1]}", key, element, None)
            for element in come:
                self.note(COMPATIBLE, "xml-element-added", f"XML element of {key[1]}", key, None, element)
            if [e for e in old if e in new] != [e for e in new if e in old]:
                klass = BREAKING if key[1] == "request" else COMPATIBLE
                self.note(klass, "xml-order-changed", f"order of XML elements of {key[1]}", key, old, new)

    def contradictions(self) -> None:
        gone, come, both = self.keys("contradiction")
        for key in gone:
            self.note(DOCUMENTATION, "contradiction-removed", key[1], key, self.before[key].says.get("says"), None)
        for key in come:
            self.note(DOCUMENTATION, "contradiction-added", key[1], key, None, self.after[key].says.get("says"))
        for key in both:
            was, now = self.before[key].says.get("says"), self.after[key].says.get("says")
            if _sides(was) != _sides(now):
                self.note(DOCUMENTATION, "contradiction-changed", key[1], key, was, now)

    def words(self, key: Key, other: Key, side: str, label: str) -> None:
        """Compare two rows word by word."""
        old, new = _with_enum(self.before[key]), _with_enum(self.after[other])
        shown = old.says.get("source") == new.says.get("source") == "sample"
        for word in sorted({*old.says, *new.says}):
            was, now = old.says.get(word), new.says.get(word)
            if same_words(word, was, now) or (word == "choices" and distinct(was, old.says) == distinct(now, new.says)):
                continue
            if shown and word == "type" and (was, now) == ("number", "integer"):
                continue  # 0 for 0.0 is another value, not another type
            if word == "additional" and old.says.get("type") != new.says.get("type"):
                continue
            klass = BREAKING if key[0] == "error" else classify(word, was, now, side, shown=shown)
            self.note(klass, f"{key[0]}-{word}-changed", f"{word} of {label}", key, was, now, old_row=old, new_row=new)


def compare_rows(before: Rows, after: Rows) -> list[Change]:
    """The changes between two sets of rows, in no particular order."""
    comparison = _Comparison(before, after)
    for part in (
        "operation",
        "hosts",
        "security",
        "responses",
        "parameters",
        "request",
        "media",
        "headers",
        "schemas",
        "fields",
        "errors",
        "xml",
    ):
        getattr(comparison, part)()
    comparison.contradictions()
    return comparison.changes


def _with_enum(row: Fact) -> Fact:
    """A row in which a constant is the only value of an enum."""
    if "const" not in row.says:
        return row
    says = {word: value for word, value in row.says.items() if word != "const"}
    return replace(row, says={**says, "enum": [row.says["const"]]})


def _sides(says: Any) -> set[str]:
    """What the sides of a contradiction say, without who says it: one more sample that agrees is no change."""
    return {str(said).partition(": ")[2] or str(said) for said in says or ()}


def _above(key: Key) -> Key:
    return (key[0], key[1], key[2].rpartition("/")[0]) if key[2] else ("",)


def _side(key: Key) -> str:
    return "request" if key[1] == "request" else "response"


def _label(key: Key) -> str:
    return f"field {key[2] or '/'} of {key[1]}"


def _brief(row: Fact) -> str:
    """A row in a few words: ``integer, required``."""
    kind = row.says.get("type")
    words = [" or ".join(kind) if isinstance(kind, list) else str(kind or "of no stated type")]
    words += [word for word in ("required", "nullable") if row.says.get(word)]
    return ", ".join(words)

"""A compiled mapping makes of each row one event, or says why not."""

import pytest

from producers.mapping.event import Mapped, Record, Rejected, Skipped
from producers.mapping.find import shipped
from producers.mapping.mapper import compile_mapping
from producers.mapping.parse import parse_mapping

HEAD = """
[input]
format = "jsonl"
[time]
field = "ts"
unit = "ms"
[event]
name = "{event}"
action = "{action}"
[fields]
actor_id = "{{user}}"
item_id = "{{id}}"
"""
ROW: dict[str, object] = {"ts": 86_400_000_000, "user": "ann", "id": 7}


def _map(extra: str, row: dict[str, object], event: str = "content", action: str = "create") -> object:
    text = HEAD.format(event=event, action=action) + extra
    return compile_mapping(parse_mapping(text.encode(), "mine", "mine.toml")).map_row(
        ROW | row, 3, b"raw", "f"
    )


def _record(extra: str, row: dict[str, object], event: str = "content", action: str = "create") -> Record:
    mapped = _map(extra, row, event, action)
    assert isinstance(mapped, Mapped), mapped
    return mapped.record


def _reason(extra: str, row: dict[str, object], event: str = "content", action: str = "create") -> str:
    mapped = _map(extra, row, event, action)
    assert isinstance(mapped, Rejected), mapped
    return mapped.reason


def test_fields_that_are_not_there_keep_the_default_of_the_schema() -> None:
    """A record holds what the row says, nothing else."""
    record = _record('text = "{body}"\ntopics = "{tags}"\nregion = "{c}"\nautomated = "{bot}"', {})
    assert record == {
        "source_ms": 86_400_000_000,
        "action": "create",
        "actor_id": "ann",
        "item_id": "7",
        "topics": [],
        "event_id": record["event_id"],
    }


def test_made_up_ids_depend_on_name_line_and_content() -> None:
    """The same file gives the same ids again; another name, line or content gives others."""
    mapper = compile_mapping(
        parse_mapping(HEAD.format(event="content", action="create").encode(), "mine", "mine.toml")
    )

    def made(line: int, raw: bytes, source: str) -> object:
        mapped = mapper.map_row(ROW, line, raw, source)
        assert isinstance(mapped, Mapped)
        return mapped.event_id

    assert made(1, b"x", "f") == made(1, b"x", "f")
    assert len({made(1, b"x", "f"), made(2, b"x", "f"), made(1, b"y", "f"), made(1, b"x", "g")}) == 4


@pytest.mark.parametrize(
    ("expr", "row", "value"),
    [
        ('"{c}"', {"c": "DE"}, "de"),
        ('{ field = "c", pattern = "^#([a-z]+)" }', {"c": "#pt.wikipedia"}, "pt"),
        ('{ field = "c", pattern = "^#([a-z]+)" }', {"c": "pt"}, None),
        ('{ field = "c", pattern = "^#([a-z]+)", default = "en" }', {"c": "pt"}, "en"),
        ('{ field = "c", rename = { und = "", iw = "he" } }', {"c": "iw"}, "he"),
        ('{ field = "c", rename = { und = "", iw = "he" } }', {"c": "und"}, None),
        ('{ field = "c", rename = { und = "", iw = "he" } }', {"c": "fr"}, "fr"),
        ('{ field = "c", table = { english = "en" } }', {"c": "english"}, "en"),
        ('{ field = "c", table = { english = "en" }, default = "xx" }', {"c": "french"}, "xx"),
        ('{ field = "c", case = "lower", table = { english = "en" } }', {"c": "ENGLISH"}, "en"),
        ('{ field = ["c", "d.0.e"] }', {"c": None, "d": [{"e": "sv"}]}, "sv"),
        ('{ template = "{c}-{d}" }', {"c": "pt", "d": "BR"}, "pt-br"),
        ('{ template = "{c}-{d}" }', {"c": "pt"}, None),
        ('"{c}"', {"c": "zh_Hant"}, "zh-hant"),
        ('"{c}"', {"c": "Select Language..."}, None),
        ('"{c}"', {"c": "français"}, None),
    ],
)
def test_language_of_an_expression(expr: str, row: dict[str, object], value: str | None) -> None:
    """Steps run in a fixed order; what is not shaped like a language is unknown, not an error."""
    assert _record(f"lang = {expr}", row).get("lang") == value


@pytest.mark.parametrize(
    ("expr", "row", "topics"),
    [
        ('"{tags}"', {"tags": ["a", "B", "a", "", None, 5]}, ["a", "B", "5"]),
        ('"{tags}"', {"tags": "one two"}, ["one two"]),
        ('{ field = "tags", separator = "," }', {"tags": "a, b,,c"}, ["a", "b", "c"]),
        ('{ field = "tags", separator = ",", prefix = "#" }', {"tags": "a,b"}, ["#a", "#b"]),
        ('{ field = "tags", each = "text" }', {"tags": [{"text": "a"}, {"x": 1}, 3]}, ["a"]),
        ('["{tags}", "{syms}", "{page}"]', {"tags": ["a"], "syms": ["B", "a"], "page": "c"}, ["a", "B", "c"]),
        ('"wiki:{page}"', {"page": "x"}, ["wiki:x"]),
        ('{ field = "tags", pattern = "^#(.+)$" }', {"tags": ["#a", "b"]}, ["a"]),
        ('"{tags}"', {"tags": "   "}, []),
    ],
)
def test_topics_come_from_lists_texts_and_many_fields(
    expr: str, row: dict[str, object], topics: list[str]
) -> None:
    """Topics keep the order of the row, each once."""
    assert _record(f"topics = {expr}", row)["topics"] == topics


@pytest.mark.parametrize(
    ("line", "row", "field", "value"),
    [
        ('followers = "{n}"', {"n": "12"}, "followers", 12),
        ('followers = "{n}"', {"n": 4.1e6}, "followers", 4_100_000),
        ('followers = "{n}"', {"n": ""}, "followers", None),
        ('followers = { field = "n", default = 3 }', {"n": None}, "followers", 3),
        ("followers = 3", {}, "followers", 3),
        ('automated = "{b}"', {"b": "True"}, "automated", True),
        ('automated = "{b}"', {"b": 0}, "automated", False),
        ('automated = { field = "b", table = { robot = true } }', {"b": "robot"}, "automated", True),
        ("automated = true", {}, "automated", True),
        ('account_age_days = "{a}"', {"a": 30}, "account_age_days", 30),
        ('account_age_days = { field = "a", unit = "year" }', {"a": "1971"}, "account_age_days", 454),
        ('account_age_days = { field = "a", unit = "year" }', {"a": "2020"}, "account_age_days", 0),
        ('account_age_days = { field = "a", unit = "iso" }', {"a": "1972-09-26"}, "account_age_days", 1),
        ('received_ms = { field = "r", unit = "s" }', {"r": "1.5"}, "received_ms", 1500),
        ('position = "{p}"', {"p": 0}, "position", 0),
        ('propensity = "{p}"', {"p": "0.25"}, "propensity", 0.25),
        ('text = "{t}"', {"t": "x" * 20_001}, "text", "x" * 20_000),
        ('region = "{r}"', {"r": "us"}, "region", "US"),
        ('region = "{r}"', {"r": "USA"}, "region", None),
        ('client = "{{{t}}}"', {"t": "a"}, "client", "{a}"),
        ('client = "{a\\\\.b}"', {"a.b": "x"}, "client", "x"),
        ('client = "line {@line}"', {}, "client", "line 3"),
        ('client = "{f}"', {"f": 1.0}, "client", "1"),
        ('client = "{f}"', {"f": 1.5}, "client", "1.5"),
    ],
)
def test_value_of_a_field(line: str, row: dict[str, object], field: str, value: object) -> None:
    """Numbers, truth values, ages and times are read from JSON values and from text alike."""
    assert _record(line, row).get(field) == value


@pytest.mark.parametrize(
    ("line", "row", "reason"),
    [
        ("", {"user": None}, "actor_id: missing"),
        ("", {"id": ""}, "item_id: missing"),
        ("", {"user": ["a"]}, "actor_id: expected text or a number"),
        ("", {"user": "x" * 257}, "actor_id: expected at most 256 characters"),
        ("", {"id": "x" * 513}, "item_id: expected at most 512 characters"),
        ("", {"user": "\ud800"}, "actor_id: expected valid UTF-8 text"),
        ("", {"ts": None}, "time: missing"),
        ("", {"ts": -1}, "time: expected a time in ms between 1970 and 9999"),
        ("", {"ts": 1e18}, "time: expected a time in ms between 1970 and 9999"),
        ("", {"ts": "soon"}, "time: expected a finite number"),
        ('followers = "{n}"', {"n": "many"}, "followers: expected a whole number of 64 bits"),
        ('followers = "{n}"', {"n": 2**63}, "followers: expected a whole number of 64 bits"),
        ('position = "{n}"', {"n": 2**31}, "position: expected a whole number of 32 bits"),
        ('propensity = "{n}"', {"n": "nan"}, "propensity: expected a finite number"),
        ('automated = "{b}"', {"b": "perhaps"}, "automated: expected true or false"),
        ('topics = "{t}"', {"t": [["a"]]}, "topics: expected text or a number"),
        ('topics = "{t}"', {"t": [str(i) for i in range(33)]}, "topics: expected at most 32 topics"),
        ('topics = "{t}"', {"t": "x" * 201}, "topics: expected topics of at most 200 characters"),
        ('account_age_days = { field = "a", unit = "year" }', {"a": 12}, "account_age_days: expected a year"),
    ],
)
def test_rows_that_do_not_fit_are_rejected_with_a_countable_reason(
    line: str, row: dict[str, object], reason: str
) -> None:
    """Reasons hold no value of the row, so that they can be counted; the detail does."""
    assert _reason(line, row).startswith(reason)


@pytest.mark.parametrize(
    ("unit", "value", "ms"),
    [
        ("s", 1, 1000),
        ("s", "1.2345", 1234),
        ("us", 1_725_911_162_329_308, 1_725_911_162_329),
        ("iso", "2015-09-12T00:46:58.771Z", 1_442_018_818_771),
        ("iso", "2015-09-12T00:46:58.7Z", 1_442_018_818_700),
        ("iso", "2015-09-12T00:46:58.771123456+02:00", 1_442_011_618_771),
        ("iso", "2015-09-12 00:46:58", 1_442_018_818_000),
        ('strptime"\nformat = "%d/%m/%Y %H:%M', "12/09/2015 00:46", 1_442_018_760_000),
    ],
)
def test_units_of_time(unit: str, value: object, ms: int) -> None:
    """Seconds, microseconds, ISO 8601 with and without an offset, and free patterns; no zone means UTC."""
    text = HEAD.format(event="content", action="create").replace('unit = "ms"', f'unit = "{unit}"')
    mapped = compile_mapping(parse_mapping(text.encode(), "mine", "mine.toml")).map_row(ROW | {"ts": value})
    assert isinstance(mapped, Mapped), mapped
    assert mapped.source_ms == ms


RULES = """
[input]
format = "csv"
[time]
field = "ts"
unit = "s"
[[skip]]
when = { kind = "heartbeat" }
reason = "heartbeat"
[[event]]
when = { rating = { at_least = 4 } }
name = "engagement"
action = "like"
[[event]]
when = { kind = ["buy", "cart"], test = { not = true } }
name = "engagement"
action = "click"
[[event]]
when = { note = { exists = true, pattern = "^RT " } }
name = "engagement"
action = "share"
[[event]]
when = { rating = { at_least = 1, below = 2.5 } }
name = "engagement"
action = "hide"
[fields]
actor_id = "{user}"
item_id = "{item}"
"""


@pytest.mark.parametrize(
    ("row", "action"),
    [
        ({"rating": "4"}, "like"),
        ({"rating": 4.5, "kind": "buy"}, "like"),
        ({"rating": "3"}, None),
        ({"rating": "2.4"}, "hide"),
        ({"rating": "x"}, None),
        ({"kind": "buy", "test": "False"}, "click"),
        ({"kind": "cart"}, "click"),
        ({"kind": "cart", "test": "true"}, None),
        ({"kind": "view"}, None),
        ({"note": "RT hello"}, "share"),
        ({"note": "hello"}, None),
        ({"kind": "heartbeat", "rating": 5}, "skipped"),
    ],
)
def test_first_rule_that_holds_decides(row: dict[str, object], action: str | None) -> None:
    """Rules are tried in order, text and numbers alike; skips come first; no rule means rejected."""
    mapper = compile_mapping(parse_mapping(RULES.encode(), "rules", "rules.toml"))
    mapped = mapper.map_row({"ts": 1, "user": "a", "item": "b"} | row)
    if action is None:
        assert mapped == Rejected("no [[event]] rule fits")
    elif action == "skipped":
        assert mapped == Skipped("heartbeat")
    else:
        assert isinstance(mapped, Mapped)
        assert mapped.action == action


def test_native_events_are_taken_as_they_are() -> None:
    """Every field of the schema comes through unchanged; moderation too."""
    mapper = compile_mapping(shipped("groundswell"))
    content: dict[str, object] = {
        "event": "content",
        "event_id": "e",
        "source_ms": 5,
        "actor_id": "a",
        "action": "delete",
        "item_id": "i",
        "topics": ["T"],
        "position": None,
        "propensity": 0.5,
        "experiments": [{"id": "x", "arm": "y"}],
    }
    mapped = mapper.map_row(content)
    assert isinstance(mapped, Mapped)
    assert mapped.event == "content"
    assert mapped.record == {k: v for k, v in content.items() if k not in ("event", "position")}
    ban = {
        "event": "moderation",
        "event_id": "m",
        "source_ms": 6,
        "actor_id": "mod",
        "action": "ban",
        "target_type": "user",
        "target_id": "a",
        "until_ms": 9,
    }
    assert isinstance(mapper.map_row(ban), Mapped)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"event": "trend_pane"}, "event: expected one of engagement, content, moderation"),
        ({"event": None}, "event: expected one of engagement, content, moderation"),
        ({"extra": 1}, "a field that content does not have"),
        ({"source_ms": "5"}, "source_ms: expected a whole number"),
        ({"source_ms": -5}, "source_ms: expected a time in ms"),
        ({"action": "like"}, "action: expected one of create, edit, delete"),
        ({"action": "unknown"}, "action: expected one of create, edit, delete"),
        ({"actor_id": ""}, "actor_id: expected at least one character"),
        ({"actor_id": 5}, "actor_id: expected text"),
        ({"event_id": "x" * 129}, "event_id: expected at most 128 characters"),
        ({"text": "x" * 20_001}, "text: expected at most 20000 characters"),
        ({"topics": "a"}, "topics: expected a list of texts"),
        ({"topics": ["a"] * 33}, "topics: expected at most 32 topics"),
        ({"links": ["\udcff"]}, "links: expected valid UTF-8 text"),
        ({"automated": 1}, "automated: expected true or false"),
        ({"followers": True}, "followers: expected a whole number"),
        ({"account_age_days": 2**31}, "account_age_days: expected a whole number of 32 bits"),
        ({"propensity": "1"}, "propensity: expected a number"),
        ({"experiments": [{"id": "x"}]}, "experiments: expected a list of"),
        ({"lang": None}, "lang: expected text"),
    ],
)
def test_native_events_are_checked_strictly(change: dict[str, object], reason: str) -> None:
    """Nothing is converted: a wrong type, a long text or an unknown field is rejected."""
    row: dict[str, object] = {
        "event": "content",
        "event_id": "e",
        "source_ms": 5,
        "actor_id": "a",
        "action": "create",
        "item_id": "i",
    }
    mapped = compile_mapping(shipped("groundswell")).map_row(row | change)
    assert isinstance(mapped, Rejected), mapped
    assert mapped.reason.startswith(reason)


def test_native_event_without_a_required_field_is_rejected() -> None:
    """Five fields have no default."""
    mapped = compile_mapping(shipped("groundswell")).map_row({"event": "content", "event_id": "e"})
    assert mapped == Rejected("source_ms: missing")

"""A mapping file is read whole or refused with every fault, each with its key and what was expected."""

from pathlib import Path

import pytest

from producers.mapping.errors import MappingError
from producers.mapping.find import detect_mapping, load_mapping, shipped, shipped_names
from producers.mapping.parse import parse_mapping
from producers.mapping.spec import LINE, Expr, InputSpec, Mapping, Template, TimeSpec

GOOD = """
[input]
format = "jsonl"
[time]
field = "ts"
unit = "ms"
[event]
name = "content"
action = "create"
[fields]
actor_id = "{user}"
item_id = "post:{id}"
"""


def _parse(text: str) -> Mapping:
    return parse_mapping(text.encode(), "mine", "mine.toml")


def _faults(text: str) -> tuple[str, ...]:
    with pytest.raises(MappingError) as caught:
        _parse(text)
    return caught.value.faults


def _fields(extra: str) -> str:
    return GOOD + extra + "\n"


def test_smallest_mapping_is_understood() -> None:
    """Input, time, one event, actor and item are enough."""
    mapping = _parse(GOOD)
    assert mapping.input == InputSpec("jsonl")
    assert mapping.time == TimeSpec(("ts",), "ms")
    (rule,) = mapping.rules
    assert (rule.event, rule.action, rule.when) == ("content", "create", ())
    assert rule.fields["item_id"] == (Expr(sources=(Template(("post:", ("id",))),)),)


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_mappings_are_without_fault(name: str) -> None:
    """What comes with the package can be loaded."""
    assert shipped(name).name == name
    assert shipped(name).description
    assert shipped(name).files


def test_fields_of_a_rule_go_over_the_shared_ones() -> None:
    """[[event]].fields win against [fields], and fields of another event are left out."""
    text = GOOD.replace("[event]\n", '[[event]]\nfields = { item_id = "x{id}" }\n') + 'text = "{body}"\n'
    text += '[[event]]\nname = "engagement"\naction = "like"\n'
    text = text.replace("fields = {", 'when = { kind = "a" }\nfields = {')
    first, second = _parse(text).rules
    assert first.fields["item_id"][0].sources[0].parts == ("x", ("id",))
    assert second.fields["item_id"][0].sources[0].parts == ("post:", ("id",))
    assert "text" in first.fields
    assert "text" not in second.fields


def test_line_number_has_a_name_in_templates() -> None:
    """{@line} is the number of the line."""
    mapping = _parse(_fields('event_id = "row-{@line}"'))
    assert mapping.rules[0].fields["event_id"][0].sources[0].parts == ("row-", LINE)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("[input]", "[inputs]"), "inputs: unknown key; did you mean input?"),
        (
            ('format = "jsonl"', 'format = "xml"'),
            "input.format: expected one of jsonl, csv, tsv, found 'xml'",
        ),
        (('format = "jsonl"', ""), "input.format: expected one of jsonl, csv, tsv, found nothing"),
        (('unit = "ms"', 'unit = "min"'), "time.unit: expected one of s, ms, us, iso, strptime, found 'min'"),
        (('unit = "ms"', 'unit = "strptime"'), "time.format: expected a text, found nothing"),
        (('unit = "ms"', 'unit = "ms"\nformat = "%Y"'), "time.format: only unit = 'strptime' has one"),
        (('field = "ts"', ""), "time.field: expected a text, found nothing"),
        (('field = "ts"', 'field = "a..b"'), "time.field: path 'a..b' has an empty step"),
        (
            ('name = "content"', 'name = "post"'),
            "event.name: expected one of engagement, content, found 'post'",
        ),
        (
            ('action = "create"', 'action = "like"'),
            "event.action: expected one of create, edit, delete, found",
        ),
        (('action = "create"', 'action = "create"\nweight = 2'), "event.weight: unknown key"),
        (('actor_id = "{user}"', ""), "event.fields: actor_id is missing here and in [fields]"),
        (('actor_id = "{user}"', 'actor_id = "{user"'), "fields.actor_id: '{user': { without }"),
        (('actor_id = "{user}"', 'actor_id = "user}"'), "fields.actor_id: 'user}': } without {"),
        (('actor_id = "{user}"', "actor_id = 7"), "fields.actor_id: expected a text, found a number"),
        (('actor_id = "{user}"', "actor_id = {}"), "fields.actor_id: expected either field or template"),
    ],
)
def test_each_fault_names_its_key_and_what_was_expected(change: tuple[str, str], fault: str) -> None:
    """One slip gives one fault that starts with the place and says what belongs there."""
    assert change[0] in GOOD
    faults = _faults(GOOD.replace(*change, 1))
    assert any(found.startswith(fault) for found in faults), faults


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ('topic = "{t}"', "fields.topic: unknown key; did you mean topics?"),
        ('source_ms = "{t}"', "fields.source_ms: unknown key"),
        ('value = "{v}"', "fields.value: unknown key"),
        ('lang = { field = "l", unit = "s" }', "fields.lang.unit: unknown key"),
        ('lang = { field = "l", separator = "," }', "fields.lang.separator: unknown key"),
        ('lang = { field = "l", template = "{l}" }', "fields.lang: expected either field or template"),
        ('lang = { field = ["l", 3] }', "fields.lang.field: expected a list of texts, found a list"),
        ('lang = { field = "l", pattern = "(" }', "fields.lang.pattern: not a regular expression"),
        ('lang = { field = "l", pattern = "a" }', "fields.lang.pattern: expected one group ( )"),
        ('lang = { field = "l", pattern = "(a)(b)" }', "fields.lang.pattern: expected one group ( )"),
        ('lang = { field = "l", case = "title" }', "fields.lang.case: expected one of lower, upper"),
        (
            'lang = { field = "l", rename = { a = 1 } }',
            "fields.lang.rename.a: expected a text, found a number",
        ),
        ('lang = { field = "l", table = ["a"] }', "fields.lang.table: expected a table, found a list"),
        ('followers = { field = "f", case = "lower" }', "fields.followers.case: unknown key"),
        ('followers = { field = "f", default = "0" }', "fields.followers.default: expected a whole number"),
        ("followers = 1.5", "fields.followers: expected a whole number, found a number"),
        ('automated = { field = "b", default = 1 }', "fields.automated.default: expected true or false"),
        (
            'automated = { field = "b", table = { x = "y" } }',
            "fields.automated.table.x: expected true or false",
        ),
        (
            'account_age_days = { field = "y", unit = "years" }',
            "fields.account_age_days.unit: expected one of days",
        ),
        (
            'received_ms = { field = "r", unit = "days" }',
            "fields.received_ms.unit: expected one of s, ms, us, iso",
        ),
        ('topics = { field = "t", default = "x" }', "fields.topics[0].default: unknown key"),
        ('topics = ["{a}", 5]', "fields.topics[1]: expected a text, found a number"),
        (
            'topics = { field = "t", separator = "" }',
            "fields.topics[0].separator: expected a text, found an empty",
        ),
        ('[[skip]]\nwhen = { a = "b" }', "skip[0].reason: expected a text, found nothing"),
        ('[[skip]]\nreason = "x"', "skip[0].when: expected a table, found nothing"),
        ('[[skip]]\nreason = "x"\nwhen = {}', "skip[0].when: expected at least one field"),
        ('[[skip]]\nreason = "x"\nwhen = { a = [] }', "skip[0].when.a: expected a text, a number, true"),
        ('[[skip]]\nreason = "x"\nwhen = { a = {} }', "skip[0].when.a: expected at least one of is, not"),
        ('[[skip]]\nreason = "x"\nwhen = { a = { equals = 1 } }', "skip[0].when.a.equals: unknown key"),
        (
            '[[skip]]\nreason = "x"\nwhen = { a = { exists = 1 } }',
            "skip[0].when.a.exists: expected true or false",
        ),
        ('[[skip]]\nreason = "x"\nwhen = { a = { below = "1" } }', "skip[0].when.a.below: expected a number"),
        ('[[skip]]\nreason = "x"\nwhen = { a = { pattern = "[" } }', "skip[0].when.a.pattern: not a regular"),
        ('files = "*.x"', "fields.files: unknown key"),
    ],
)
def test_each_wrong_line_is_refused(line: str, fault: str) -> None:
    """Every key has a type and a place, and nothing else is let through."""
    faults = _faults(_fields(line))
    assert any(found.startswith(fault) for found in faults), faults


@pytest.mark.parametrize(
    ("head", "fault"),
    [
        ('format = "jsonl"\ncolumns = ["a"]', "input.columns: jsonl rows name their own fields"),
        ('format = "csv"\ncolumns = ["a", "a"]', "input.columns: a name stands there twice"),
        ('format = "csv"\ndelimiter = "::"', "input.delimiter: expected one character"),
        ('format = "tsv"\ndelimiter = ";"', "input.delimiter: only csv has one"),
        ('format = "csv"\nheader = true', "input.header: unknown key"),
    ],
)
def test_each_wrong_input_is_refused(head: str, fault: str) -> None:
    """Options that do not belong to the format are named."""
    faults = _faults(GOOD.replace('format = "jsonl"', head))
    assert any(found.startswith(fault) for found in faults), faults


def test_all_faults_come_together() -> None:
    """Five slips give five faults in one error."""
    text = GOOD.replace("jsonl", "xml").replace('"ms"', '"min"').replace('"create"', '"post"')
    faults = _faults(text + 'topic = "{t}"\nfollowers = "{"\n')
    assert len(faults) == 5
    with pytest.raises(MappingError, match=r"mapping mine\.toml: 5 faults"):
        _parse(text + 'topic = "{t}"\nfollowers = "{"\n')


def test_rule_behind_an_open_one_is_refused() -> None:
    """A rule that can never be reached is a mistake, not a default."""
    text = GOOD.replace("[event]", "[[event]]").replace(
        "[fields]", '[[event]]\nname = "content"\naction = "edit"\n[fields]'
    )
    assert _faults(text) == ("event[1]: never reached: event[0] has no `when` and takes every row",)


def test_missing_parts_are_named() -> None:
    """An empty file lacks three things."""
    assert [fault.split(":")[0] for fault in _faults("")] == ["input", "event", "time"]


def test_what_is_not_toml_is_refused_with_its_line() -> None:
    """The place inside the file comes from the TOML reader."""
    assert "line 2" in _faults("a = 1\nb = \n")[0]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[input]\nformat = "csv"\n[event]\nnative = true', "input.format: native rows"),
        (
            '[input]\nformat = "jsonl"\n[event]\nnative = true\nname = "content"',
            "event: native = true stands alone",
        ),
        ('[input]\nformat = "jsonl"\n[event]\nnative = true\n[fields]\nlang = "en"', "fields: native rows"),
    ],
)
def test_native_rows_take_no_other_keys(text: str, fault: str) -> None:
    """Our own events are taken as they are, so nothing else may be said about them."""
    assert any(found.startswith(fault) for found in _faults(text))


def test_mapping_is_found_by_name_path_and_file_name(tmp_path: Path) -> None:
    """A name, a .toml path, and the name of the data file all lead to a mapping."""
    file = tmp_path / "mine.toml"
    file.write_text(GOOD)
    assert load_mapping(str(file)).name == "mine"
    assert load_mapping("wikiticker") is shipped("wikiticker")
    assert detect_mapping("some/where/stocktweets_2014.jsonl.gz").name == "stocktweets"


def test_unknown_mappings_are_refused_with_the_shipped_names(tmp_path: Path) -> None:
    """A wrong name, a missing file and a file name that fits none say what there is."""
    with pytest.raises(MappingError, match=r"shipped are gharchive, groundswell, .*, wikiticker;"):
        load_mapping("wiki")
    with pytest.raises(MappingError, match="cannot be read: No such file"):
        load_mapping(str(tmp_path / "none.toml"))
    with pytest.raises(MappingError, match="no shipped mapping fits this file name"):
        detect_mapping("events.jsonl")

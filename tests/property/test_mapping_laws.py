"""Laws of mappings: whatever a row is, it becomes an event that can be encoded, or a reason."""

import io
from contextlib import suppress

import fastavro
import pytest
from hypothesis import given
from hypothesis import strategies as st

from producers.mapping.contract import fields_of
from producers.mapping.errors import MappingError
from producers.mapping.event import Mapped, Rejected, Skipped
from producers.mapping.find import shipped, shipped_names
from producers.mapping.mapper import RowMapper, compile_mapping
from producers.mapping.parse import parse_mapping
from producers.mapping.spec import paths_of
from schemas.released import schema_of

# Text with lone surrogates too: CSV read with surrogateescape and Python callers can bring them.
texts = st.text(st.characters(exclude_categories=[]), max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=True, allow_infinity=True)
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)

EVERYTHING = r"""
[input]
format = "jsonl"
[time]
field = "t"
unit = "iso"
[[skip]]
when = { s = { pattern = "^x", not = "xx" } }
reason = "x"
[[event]]
when = { k = ["a", 1, true], n = { at_least = 0, below = 1e9 } }
name = "engagement"
action = "like"
fields = { value = "{n}", query = { field = "q", case = "lower" } }
[[event]]
name = "content"
action = "create"
fields = { text = "{text}", media = "{m}", reply_to = "re:{id}" }
[fields]
event_id = { template = "{id}-{@line}" }
actor_id = { field = ["user.id", "user"], default = "nobody" }
item_id = "{id}"
topics = ["{tags}", { field = "list", separator = ",", prefix = "$" }, { field = "objects", each = "text" }]
lang = { field = "lang", pattern = "^([a-z-]+)", rename = { und = "" } }
region = { field = "geo.0.country", table = { Germany = "DE" } }
followers = "{followers}"
automated = "{bot}"
account_age_days = { field = "since", unit = "s" }
received_ms = { field = "r", unit = "ms" }
position = "{p}"
propensity = "{pp}"
"""

_MAPPERS = {name: compile_mapping(shipped(name)) for name in shipped_names()}
_MAPPERS["everything"] = compile_mapping(parse_mapping(EVERYTHING.encode(), "everything", "everything"))
_KEYS = {name: sorted({path[0] for path in paths_of(shipped(name))}) for name in shipped_names()}
_KEYS["groundswell"] = ["event", *{key for event in ("content", "moderation") for key in fields_of(event)}]
_KEYS["everything"] = [*"tskn", "q", "text", "m", "id", "user", "tags", "list", "objects", "lang", "geo"]
_KEYS["everything"] += ["followers", "bot", "since", "r", "p", "pp"]
_SCHEMAS = {
    event: fastavro.parse_schema(dict(schema_of(event))) for event in ("engagement", "content", "moderation")
}
likely = st.sampled_from(
    [
        "2015-09-12T00:46:58.771Z",
        1388531408000,
        "post",
        "WatchEvent",
        "content",
        "create",
        "de",
        ["a", "b"],
        True,
    ]
)


def _law(mapper: RowMapper, row: object) -> None:
    mapped = mapper.map_row(row, 1, b"row", "file")
    assert isinstance(mapped, (Mapped, Rejected, Skipped))
    if isinstance(mapped, Mapped):
        out = io.BytesIO()
        fastavro.schemaless_writer(out, _SCHEMAS[mapped.event], mapped.record)
        out.seek(0)
        back = fastavro.schemaless_reader(out, _SCHEMAS[mapped.event], None)
        assert isinstance(back, dict)
        assert {name: back[name] for name in mapped.record} == mapped.record
    elif isinstance(mapped, Rejected):
        assert mapped.reason
        assert (mapped.reason + mapped.detail).isascii()


@pytest.mark.parametrize("name", sorted(_MAPPERS))
@given(row=values)
def test_any_value_is_mapped_or_refused(name: str, row: object) -> None:
    """No JSON value makes a mapping crash."""
    _law(_MAPPERS[name], row)


@pytest.mark.parametrize("name", sorted(_MAPPERS))
@given(data=st.data())
def test_any_object_with_the_right_keys_is_mapped_or_refused(name: str, data: st.DataObject) -> None:
    """Right keys with any values: an event that Avro takes and gives back unchanged, or a reason."""
    row = {key: data.draw(likely | values, label=key) for key in _KEYS[name]}
    _law(_MAPPERS[name], row)


@given(text=st.text(max_size=200) | st.text("[]={}\"'\n.,abtrue0", max_size=200))
def test_any_text_is_a_mapping_or_is_refused(text: str) -> None:
    """A mapping file of any content gives a mapping or a MappingError, nothing else."""
    with suppress(MappingError):
        assert parse_mapping(text.encode(), "any", "any").name == "any"

"""The committed examples: good ones travel and obey the rules, each rule has one that it refuses."""

import numpy as np
import pytest

from schemas.avro_decode import decode
from schemas.avro_plan import compile_plan
from schemas.codec import decode_value, encode_record
from schemas.registry import FileRegistry
from schemas.released import newest, schema_of
from state.validate import GOOD, reasons, validate_record, verdict
from state.validate_rules import RULES
from tests.support.contract_cases import Example, good_examples, invalid_examples

REGISTRY = FileRegistry()


def _verdict(example: Example) -> str:
    """Reason that the column form gives for one example."""
    columns = decode(compile_plan(schema_of(example.event)), [encode_record(example.record(), REGISTRY)])
    assert columns.ok.all()
    record_ms = columns.ints("source_ms") if "source_ms" in columns.names else np.zeros(1, np.int64)
    code = int(verdict(example.event, columns, record_ms)[0])
    return "" if code == GOOD else reasons(example.event)[code]


@pytest.mark.parametrize("example", good_examples(), ids=str)
def test_good_examples_travel_and_obey(example: Example) -> None:
    """Encoded, decoded, equal, and without a fault in either form of the rules."""
    record = example.record()
    assert decode_value(encode_record(record, REGISTRY), REGISTRY) == (example.event, record)
    assert validate_record(example.event, example.fields) == []
    assert _verdict(example) == ""


@pytest.mark.parametrize("example", invalid_examples(), ids=str)
def test_invalid_examples_are_refused_with_their_reason(example: Example) -> None:
    """Both forms name the same reason, which stands in the file."""
    found = validate_record(example.event, example.fields)
    assert [fault.split(", found ")[0] for fault in found] == [example.reason]
    assert _verdict(example) == example.reason


@pytest.mark.parametrize("event", newest())
def test_every_rule_has_a_case_that_it_refuses(event: str) -> None:
    """A rule that refuses nothing is no rule."""
    refused = {example.reason for example in invalid_examples() if example.event == event}
    assert {rule.text for rule in RULES[event].rules} == refused


@pytest.mark.parametrize("event", newest())
def test_every_event_shows_its_shortest_and_its_fullest_form(event: str) -> None:
    """One example with the required fields only, one with every field."""
    sizes = {len(example.fields) for example in good_examples() if example.event == event}
    plan = compile_plan(schema_of(event))
    assert min(sizes) == sum(not field.has_default for field in plan.fields)
    assert max(sizes) == len(plan.fields)

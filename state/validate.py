"""Is a readable record also sensible? One record at a time for producers and tools, whole columns for jobs.

Both forms read the same table (`validate_rules.py`) and give the same verdict.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

from state.validate_kinds import Ints, Limits, RecordColumns, too_new, too_old
from state.validate_rules import RULES, EventRules

GOOD: Final = 0
UNREADABLE: Final = 255
TOO_OLD: Final = 254
TOO_NEW: Final = 253
DEFAULT_LIMITS: Final = Limits()

_SHOWN_CHARS = 60


def _rules(event: str) -> EventRules:
    rules = RULES.get(event)
    if rules is None:
        raise ValueError(f"no rules for event {event!r}; there are rules for {sorted(RULES)}")
    return rules


@cache
def reasons(event: str) -> Mapping[int, str]:
    """Reason code -> what was expected. Code 0 is a good record and has no text.

    Raises:
        ValueError: There is no such event.
    """
    rules = _rules(event)
    table = {code: rule.text for code, rule in enumerate(rules.rules, start=1)}
    if rules.time_field:
        table[TOO_OLD] = f"{rules.time_field} lies too far before the timestamp of its record"
        table[TOO_NEW] = f"{rules.time_field} lies too far after the timestamp of its record"
    return {**table, UNREADABLE: "the bytes are not a record of the schema they name"}


def _found(text: str, value: object) -> str:
    shown = repr(value)
    return f"{text}, found {shown if len(shown) <= _SHOWN_CHARS else shown[:_SHOWN_CHARS] + '...'}"


def validate_record(
    event: str, record: Mapping[str, object], record_ms: int | None = None, limits: Limits = DEFAULT_LIMITS
) -> list[str]:
    """Judge one record; an empty list is a good one.

    Args:
        event: Name of the event.
        record: Field name to value. A missing or null field has its default, unless it is required.
        record_ms: Timestamp of the Kafka record that carries it; None = event time is not compared with it.
        limits: How far the two may be apart.

    Returns:
        Every fault: what was expected and what was found. The first one is the reason of `verdict`.

    Raises:
        ValueError: There is no such event.
    """
    rules = _rules(event)
    faults = [f"{name} is missing" for name in rules.required if record.get(name) is None]
    for rule in rules.rules:
        value = record.get(rule.field)
        if value is not None and rule.refuses(value):
            faults.append(_found(rule.text, value))
    at_ms = record.get(rules.time_field) if rules.time_field else None
    if record_ms is not None and isinstance(at_ms, int) and abs(at_ms) < 2**63:
        codes = np.zeros(1, np.uint8)
        _judge_time(codes, np.array([at_ms], np.int64), np.array([record_ms], np.int64), limits)
        if codes[0]:
            faults.append(_found(reasons(event)[int(codes[0])], at_ms))
    return faults


def verdict(
    event: str, columns: RecordColumns, record_ms: Ints, limits: Limits = DEFAULT_LIMITS
) -> npt.NDArray[np.uint8]:
    """Judge every record of a decoded batch by lengths and numbers only. About 0.1 us an event.

    Args:
        event: Name of the event.
        columns: The decoded batch. A field that its schema version does not have is not judged.
        record_ms: Timestamp of each Kafka record, milliseconds.
        limits: How far event time may be from it.

    Returns:
        Reason code of each record: 0 = good, else the first rule it breaks; `reasons` has the texts.

    Raises:
        ValueError: There is no such event.
    """
    rules = _rules(event)
    codes = np.where(columns.ok, GOOD, UNREADABLE).astype(np.uint8)
    for code, rule in enumerate(rules.rules, start=1):
        if rule.field in columns.names:
            bad = rule.refuses_rows(columns)
            if bad.any():
                codes[bad & (codes == GOOD)] = code
    if rules.time_field:
        _judge_time(codes, columns.ints(rules.time_field), record_ms, limits)
    return codes


def _judge_time(codes: npt.NDArray[np.uint8], at_ms: Ints, record_ms: Ints, limits: Limits) -> None:
    for code, bad in (
        (TOO_OLD, too_old(at_ms, record_ms, limits)),
        (TOO_NEW, too_new(at_ms, record_ms, limits)),
    ):
        codes[bad & (codes == GOOD)] = code

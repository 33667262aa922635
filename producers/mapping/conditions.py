"""The `when` of a rule, compiled."""

import re
from collections.abc import Callable
from typing import TypeAlias

from producers.mapping.convert import BadValueError, to_bool, to_float, to_text
from producers.mapping.spec import Scalar, Test
from producers.mapping.values import Getter, Row, fetch

Condition: TypeAlias = Callable[[Row, int], bool]


def _text(value: object) -> str | None:
    try:
        return to_text(value)
    except BadValueError:
        return None


def _number(value: object) -> float | None:
    try:
        return to_float(value)
    except BadValueError:
        return None


def _truth(value: object) -> bool | None:
    try:
        return to_bool(value)
    except BadValueError:
        return None


def _membership(values: tuple[Scalar, ...]) -> Callable[[object], bool]:
    """Compare as text, so that `5` in CSV equals 5; truth values as such, so that `True` equals true."""
    truths = frozenset(value for value in values if isinstance(value, bool))
    texts = frozenset(to_text(value) or "" for value in values if not isinstance(value, bool))

    def holds(value: object) -> bool:
        if truths and _truth(value) in truths:
            return True
        return bool(texts) and (_text(value) or "") in texts

    return holds


def _checks(test: Test) -> list[Callable[[object], bool]]:
    checks: list[Callable[[object], bool]] = []
    if test.among is not None:
        checks.append(_membership(test.among))
    if test.exclude is not None:
        refused = _membership(test.exclude)
        checks.append(lambda value: not refused(value))
    if test.exists is not None:
        wanted = test.exists
        checks.append(lambda value: (value not in (None, "", [], {})) is wanted)
    if test.pattern:
        pattern = re.compile(test.pattern)
        checks.append(lambda value: bool(pattern.search(_text(value) or "")))
    if test.at_least is not None:
        least = test.at_least
        checks.append(lambda value: (number := _number(value)) is not None and number >= least)
    if test.below is not None:
        most = test.below
        checks.append(lambda value: (number := _number(value)) is not None and number < most)
    return checks


def _one(test: Test) -> Condition:
    get: Getter = fetch(test.path)
    checks = _checks(test)
    if len(checks) == 1:
        only = checks[0]
        return lambda row, line: only(get(row, line))

    def holds(row: Row, line: int) -> bool:
        value = get(row, line)
        return all(check(value) for check in checks)

    return holds


def compile_tests(tests: tuple[Test, ...]) -> Condition:
    """Compile tests that must all hold; no test holds always. A value of another type never equals."""
    compiled = [_one(test) for test in tests]
    if len(compiled) == 1:
        return compiled[0]
    return lambda row, line: all(test(row, line) for test in compiled)

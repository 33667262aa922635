"""Log lines as text or as JSON, by one switch."""

import json
import logging
from collections.abc import Iterator

import pytest

from groundswell.log_lines import JsonLines, set_up
from groundswell.stack.errors import StackError


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave the root logger as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def test_json_lines_hold_what_a_collector_wants() -> None:
    """One object a line, whatever the message holds; a trace stays inside."""
    record = logging.LogRecord("a.b", logging.WARNING, "f.py", 1, 'two\nlines "%s"', ("x",), None)
    record.created, record.msecs = 1_767_225_600.25, 250.0
    try:
        _ = {}["gone"]
    except KeyError as error:
        record.exc_info = (type(error), error, error.__traceback__)
    line = JsonLines().format(record)
    assert "\n" not in line
    found = json.loads(line)
    assert found.pop("error").endswith("KeyError: 'gone'")
    assert found == {
        "time": "2026-01-01T00:00:00.250Z", "level": "warning", "logger": "a.b", "message": 'two\nlines "x"',
    }  # fmt: skip


@pytest.mark.parametrize(
    ("environ", "kind"), [({}, logging.Formatter), ({"GROUNDSWELL_LOG": "json"}, JsonLines)]
)
def test_the_switch_chooses(environ: dict[str, str], kind: type[logging.Formatter]) -> None:
    """Text unless JSON is asked for."""
    set_up(logging.WARNING, environ)
    (handler,) = logging.getLogger().handlers
    assert type(handler.formatter) is kind


def test_another_word_is_refused() -> None:
    """With what is expected."""
    with pytest.raises(StackError, match="expected text or json"):
        set_up(logging.WARNING, {"GROUNDSWELL_LOG": "xml"})

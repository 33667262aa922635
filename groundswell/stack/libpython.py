"""The shared Python library that Flink's thread mode embeds into the TaskManager."""

from pathlib import Path


def find() -> Path | None:
    """Return the shared libpython of this interpreter, None when Python was built without one.

    Without it operators run in separate Python processes: same answers, several times slower for state
    spread over many keys.
    """
    try:
        import find_libpython  # noqa: PLC0415 - only the flink extra brings it
    except ImportError:
        return None
    found = find_libpython.find_libpython()
    return Path(found) if found else None


def execution_mode() -> str:
    """Return the value for Flink's `python.execution-mode`: "thread" where possible, else "process"."""
    return "thread" if find() else "process"

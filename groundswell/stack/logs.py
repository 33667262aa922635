"""Log files of the stack's processes."""

from importlib import resources
from pathlib import Path

from groundswell.stack.layout import Layout

_TAIL_BYTES = 8_192


def log4j_config(layout: Layout) -> Path:
    """Put the logging configuration for Java processes into the data folder and return its path."""
    text = resources.files("groundswell.stack").joinpath("log4j.properties").read_text(encoding="utf-8")
    target = layout.root / "log4j.properties"
    target.write_text(text, encoding="utf-8")
    return target


def tail(path: Path, lines: int = 15) -> str:
    """Return the last lines of a log, or a note that there is none. Reads at most 8 KiB."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - _TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return f"({path} does not exist)"
    return "\n".join(text.splitlines()[-lines:]) or f"({path} is empty)"

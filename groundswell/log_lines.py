"""What log lines of our processes look like: text, or with GROUNDSWELL_LOG=json one JSON object a line."""

import logging
import os
import time
from collections.abc import Mapping
from typing import Final

import msgspec

from groundswell.stack.errors import StackError

VARIABLE: Final = "GROUNDSWELL_LOG"
_TEXT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """One JSON object a line: time (RFC 3339, UTC), level, logger, message, and error with its trace."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line: dict[str, str] = {
            "time": f"{at}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return msgspec.json.encode(line).decode()


def set_up(level: int, environ: Mapping[str, str] | None = None) -> None:
    """Send log lines of this process to standard error; for entry points only.

    Args:
        level: Of the least important line that is written.
        environ: The environment; this process's own by default.

    Raises:
        StackError: GROUNDSWELL_LOG is neither text nor json.
    """
    form = (os.environ if environ is None else environ).get(VARIABLE, "text")
    if form not in {"text", "json"}:
        raise StackError(f"{VARIABLE}={form!r}: expected text or json")
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(_TEXT))
    logging.basicConfig(level=level, handlers=[handler], force=True)

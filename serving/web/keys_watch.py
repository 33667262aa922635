"""The keys file as it is now: a key that is taken back stops within a second, without a restart."""

import logging
import time
from pathlib import Path

from serving.web.keys import KeysError, KeysFile, load

_LOOK_S = 1.0
_log = logging.getLogger("groundswell.serving")


class KeysWatch:
    """Reads a file again when it changed. A file that became wrong changes nothing; the log says so.

    Raises:
        KeysError: The file is wrong at the start.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp = self._stamped()
        self._held = load(path)
        self._looked_s = time.monotonic()

    def __call__(self) -> KeysFile:
        """Return the file. Looks at the disk at most once a second."""
        now_s = time.monotonic()
        if now_s - self._looked_s >= _LOOK_S:
            self._looked_s = now_s
            stamp = self._stamped()
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._held = load(self._path)
                except KeysError as error:
                    _log.error("keys stay as they were: %s", error)
        return self._held

    def _stamped(self) -> tuple[int, int, int]:
        try:
            found = self._path.stat()
        except OSError:
            return 0, 0, 0
        return found.st_mtime_ns, found.st_ino, found.st_size

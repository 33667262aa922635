"""Takes the metrics that Flink's processes push and shows them to Prometheus, all on loopback.

Flink's own Prometheus server listens on every address of the machine and has no setting for that (2.2.1). Its
reporter for a push gateway only calls out, so a laptop's stack pushes here. What a process pushed last is
shown under the same path until it is a few pushes old, so a process that died is missing, not frozen.
"""

import re
import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

from groundswell.stack.ports import LOOPBACK

PUSH_EVERY_S: Final = 5
_OLD_S = 3.5 * PUSH_EVERY_S
_PATH = re.compile(r"/metrics/job/[a-z0-9-]{1,64}")
_MOST_BYTES = 16 << 20
_MOST_PROCESSES = 64
_CONTENT = "text/plain; version=0.0.4; charset=utf-8"


class Pushed:
    """What was pushed last, by path."""

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[float, bytes]] = {}

    def put(self, path: str, body: bytes) -> bool:
        """Keep what a process says; False when the path is none or there are too many."""
        with self._lock:
            known = path in self._kept or len(self._kept) < _MOST_PROCESSES
            if not _PATH.fullmatch(path) or not known:
                return False
            self._kept[path] = self._clock_s(), body
            return True

    def drop(self, path: str) -> None:
        """Forget a process that has ended."""
        with self._lock:
            self._kept.pop(path, None)

    def get(self, path: str) -> bytes | None:
        """Return what a process said; None when it said nothing lately."""
        with self._lock:
            at_s, body = self._kept.get(path, (0.0, b""))
        return body if body and self._clock_s() - at_s <= _OLD_S else None


def start(port: int, pushed: Pushed | None = None) -> ThreadingHTTPServer:
    """Serve on a loopback port in a thread of this process; `shutdown` and `server_close` end it.

    Raises:
        OSError: The port is taken.
    """
    kept = pushed or Pushed()

    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            size = self.headers.get("content-length", "")
            if not size.isdecimal() or int(size) > _MOST_BYTES:
                self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            taken = kept.put(self.path, self.rfile.read(int(size)))
            self._answer(HTTPStatus.ACCEPTED if taken else HTTPStatus.NOT_FOUND)

        do_POST = do_PUT  # noqa: N815

        def do_DELETE(self) -> None:
            kept.drop(self.path)
            self._answer(HTTPStatus.ACCEPTED)

        def do_GET(self) -> None:
            body = kept.get(self.path)
            self._answer(HTTPStatus.OK if body else HTTPStatus.NOT_FOUND, body or b"")

        def _answer(self, status: HTTPStatus, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Type", _CONTENT)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words: object) -> None:  # a line every five seconds says nothing
            return

    server = ThreadingHTTPServer((LOOPBACK, port), Handler)
    threading.Thread(target=server.serve_forever, name="metrics-gate", daemon=True).start()
    return server

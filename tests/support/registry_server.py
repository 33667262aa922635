"""A schema registry that speaks Confluent's REST on the loopback, with just enough to test a client."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


class FakeRegistry:
    """Subjects and ids in memory.

    Attributes:
        broken: Replaces every answer: (status, body, headers).
        requests: What came in: (method, path, authorization).
    """

    def __init__(self) -> None:
        self.schemas: dict[int, dict[str, object]] = {}
        self.subjects: dict[str, list[int]] = {}
        self.requests: list[tuple[str, str, str | None]] = []
        self.broken: tuple[int, bytes, dict[str, str]] | None = None
        self.url = ""

    def add(self, subject: str, schema: str, schema_id: int) -> None:
        """Register a schema under an id of our choice."""
        self.schemas[schema_id] = {"schema": schema}
        self.subjects.setdefault(subject, []).append(schema_id)

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, object]:
        """Answer one request."""
        parts = [unquote(part) for part in path.strip("/").split("/")]
        match method, parts:
            case "GET", ["schemas", "ids", number] if int(number) in self.schemas:
                return 200, self.schemas[int(number)]
            case "GET", ["subjects", subject, "versions"] if subject in self.subjects:
                return 200, list(range(1, len(self.subjects[subject]) + 1))
            case "POST", ["subjects", subject]:
                return self._lookup(subject, json.loads(json.loads(body)["schema"]))
            case "POST", ["subjects", subject, "versions"]:
                schema_id = 100_000 + len(self.schemas)
                self.add(subject, json.loads(body)["schema"], schema_id)
                return 200, {"id": schema_id}
            case _:
                return 404, {"error_code": 40403, "message": "not found"}

    def _lookup(self, subject: str, schema: object) -> tuple[int, object]:
        for version, schema_id in enumerate(self.subjects.get(subject, []), start=1):
            text = str(self.schemas[schema_id]["schema"])
            if json.loads(text) == schema:
                return 200, {"subject": subject, "id": schema_id, "version": version, "schema": text}
        return 404, {"error_code": 40403, "message": "Schema not found"}


def _handler(registry: FakeRegistry) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            registry.requests.append((self.command, self.path, self.headers.get("Authorization")))
            if registry.broken is not None:
                status, raw, headers = registry.broken
            else:
                status, answer = registry.answer(self.command, self.path, body)
                raw, headers = json.dumps(answer).encode(), {}
            self.send_response(status)
            for name, value in {"Content-Length": str(len(raw)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _serve  # noqa: N815 - names of the standard library

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the test output clean."""

    return Handler


@contextmanager
def running() -> Iterator[FakeRegistry]:
    """Serve a fresh registry on a free port of the loopback."""
    registry = FakeRegistry()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(registry))
    registry.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield registry
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

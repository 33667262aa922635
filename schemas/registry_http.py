"""A client for any registry that speaks Confluent's REST: look ids up, register our schema when missing."""

import json
from base64 import b64encode
from http.client import HTTPException, HTTPMessage
from typing import IO, cast
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from schemas.errors import ContractError, RegistryUnavailableError, UnknownSchemaError
from schemas.released import Schema, read_schema, releases

MAX_ANSWER_BYTES = 4 << 20
_TYPE = "application/vnd.schemaregistry.v1+json"
_NOT_FOUND = 404
_REFUSED = (409, 422)  # our schema is incompatible with what is registered, or not valid there


class _NoRedirect(HTTPRedirectHandler):
    """A redirect could carry our credentials to another host, so it is an error."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        del req, fp, code, msg, headers, newurl


class HttpRegistry:
    """Confluent-compatible schema registry over HTTP.

    Answers are cached for the life of the object, because what an id means never changes. One call is one
    request; nothing is retried here, because the caller knows how long it may wait.

    Args:
        url: Base URL, for example `http://127.0.0.1:8081`.
        auth: `user:password` for basic authentication; never shown in a message.
        timeout_s: Longest wait for one answer, seconds.

    Raises:
        ContractError: The URL is none, or holds a user or password.
    """

    def __init__(self, url: str, auth: str = "", timeout_s: float = 10.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ContractError("registry URL must look like http://host:port or https://host:port")
        if parts.username is not None:
            raise ContractError("registry URL holds a user or password: a file of its own is for those")
        host = parts.hostname if ":" not in parts.hostname else f"[{parts.hostname}]"
        self._base = urlunsplit(
            (parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path, "", "")
        )
        self._base = self._base.rstrip("/")
        self._headers = {"Accept": f"{_TYPE}, application/json", "Content-Type": _TYPE}
        if auth:
            self._headers["Authorization"] = "Basic " + b64encode(auth.encode()).decode()
        self._timeout_s = timeout_s
        self._opener = build_opener(_NoRedirect)
        self._ids: dict[str, int] = {}
        self._schemas: dict[int, Schema] = {}

    def id_of(self, subject: str) -> int:
        """Id of our newest schema of the subject; it is registered when the registry does not have it.

        Raises:
            UnknownSchemaError: We have no schema for this subject.
            ContractError: The registry refuses our schema.
            RegistryUnavailableError: No proper answer came.
        """
        if subject not in self._ids:
            ours = [release for release in releases() if release.subject == subject]
            if not ours:
                raise UnknownSchemaError(
                    f"no subject {subject!r} in events/ids.toml, so there is nothing to register"
                )
            body = {"schema": json.dumps(read_schema(ours[-1].file))}
            path = f"/subjects/{quote(subject, safe='')}"
            found = self._call("POST", path, body, missing_ok=True)
            if found is None:
                found = self._call("POST", f"{path}/versions", body)
            self._ids[subject] = self._number(found, "id", path)
        return self._ids[subject]

    def schema(self, schema_id: int) -> Schema:
        """Schema behind an id.

        Raises:
            UnknownSchemaError: The registry has no such id, or it is not an Avro record.
            RegistryUnavailableError: No proper answer came.
        """
        if schema_id not in self._schemas:
            path = f"/schemas/ids/{schema_id:d}"
            answer = self._call("GET", path)
            kind = answer.get("schemaType", "AVRO") if isinstance(answer, dict) else None
            text = answer.get("schema") if isinstance(answer, dict) else None
            if kind != "AVRO" or not isinstance(text, str):
                raise UnknownSchemaError(
                    f"schema id {schema_id} at {self._base} is of type {kind!r}, expected AVRO"
                )
            schema = self._parse(text.encode(), path)
            if not isinstance(schema, dict):
                raise UnknownSchemaError(f"schema id {schema_id} at {self._base} is not an Avro record")
            self._schemas[schema_id] = schema
        return self._schemas[schema_id]

    def versions(self, subject: str) -> tuple[int, ...]:
        """Version numbers that the registry has of a subject, oldest first."""
        path = f"/subjects/{quote(subject, safe='')}/versions"
        answer = self._call("GET", path)
        if not isinstance(answer, list) or not all(isinstance(item, int) for item in answer):
            raise RegistryUnavailableError(
                f"{self._base}{path} answered {str(answer)[:100]!r}, expected numbers"
            )
        return tuple(sorted(cast("list[int]", answer)))

    def _call(self, method: str, path: str, body: object = None, *, missing_ok: bool = False) -> object:
        data = None if body is None else json.dumps(body).encode()
        # The scheme was checked in __init__, so no file: URL can get here.
        request = Request(self._base + path, data, self._headers, method=method)  # noqa: S310
        try:
            with self._opener.open(request, timeout=self._timeout_s) as answer:
                raw = answer.read(MAX_ANSWER_BYTES + 1)
        except HTTPError as fault:
            with fault:
                text = fault.read(300).decode(errors="replace")
            if fault.code == _NOT_FOUND and missing_ok:
                return None
            what = f"{method} {self._base}{path} answered {fault.code}: {text}"
            if fault.code == _NOT_FOUND:
                raise UnknownSchemaError(what) from None
            if fault.code in _REFUSED:
                raise ContractError(f"{what}; release a compatible version first") from None
            raise RegistryUnavailableError(what) from None
        except (URLError, OSError, HTTPException) as fault:
            raise RegistryUnavailableError(
                f"{method} {self._base}{path} failed within {self._timeout_s:g} s: {fault}; is it up?"
            ) from fault
        if len(raw) > MAX_ANSWER_BYTES:
            raise RegistryUnavailableError(f"{self._base}{path} answered more than {MAX_ANSWER_BYTES} bytes")
        return self._parse(raw, path)

    def _parse(self, raw: bytes, path: str) -> object:
        try:
            return cast("object", json.loads(raw))
        except ValueError as fault:
            raise RegistryUnavailableError(f"{self._base}{path} did not answer JSON: {fault}") from None

    def _number(self, answer: object, key: str, path: str) -> int:
        value = answer.get(key) if isinstance(answer, dict) else None
        if not isinstance(value, int):
            raise RegistryUnavailableError(f"{self._base}{path} answered no {key}: {str(answer)[:100]!r}")
        return value

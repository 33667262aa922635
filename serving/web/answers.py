"""Encoded answers with an ETag: the same bytes for everybody, sent as they are."""

from dataclasses import dataclass
from hashlib import blake2b

import msgspec
from starlette.responses import Response

JSON = "application/json"
_encode = msgspec.json.Encoder().encode
_ETAG_BYTES = 8
_CACHE = "private, max-age=1"


@dataclass(frozen=True, slots=True)
class Answer:
    """Bytes of JSON and their ETag."""

    body: bytes
    etag: str


def answer(body: bytes) -> Answer:
    """Return bytes with their ETag. O(bytes)."""
    return Answer(body, f'W/"{blake2b(body, digest_size=_ETAG_BYTES).hexdigest()}"')


def encoded(value: object) -> Answer:
    """Return a value as JSON with its ETag."""
    return answer(_encode(value))


def respond(found: Answer, if_none_match: str | None, extra: dict[str, str] | None = None) -> Response:
    """Return the response: the bytes, or 304 when the client holds them."""
    headers = {"etag": found.etag, "cache-control": _CACHE, **(extra or {})}
    if if_none_match is not None and matches(found.etag, if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(found.body, media_type=JSON, headers=headers)


def matches(etag: str, if_none_match: str) -> bool:
    """Say whether a client's If-None-Match names this ETag; weak comparison (RFC 9110, 8.8.3.2).

    >>> matches('W/"a"', '"b", "a"'), matches('W/"a"', "*"), matches('W/"a"', '"b"')
    (True, True, False)
    """
    wanted = etag.removeprefix("W/")
    names = (name.strip().removeprefix("W/") for name in if_none_match.split(","))
    return any(name in {wanted, "*"} for name in names)

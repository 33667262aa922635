"""Errors as problem details (RFC 9457), with the same words on every endpoint."""

from collections.abc import Mapping
from http import HTTPStatus
from math import ceil

import msgspec
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from schemas.served import ServedError
from serving.errors import StoreContentError, StoreUnavailableError
from serving.web.cursor import CursorError
from serving.web.shapes import Problem

PROBLEM_JSON = "application/problem+json"
MASTODON = "/api/"
_TYPE = "urn:groundswell:problem:"
_encode = msgspec.json.Encoder().encode
# Name -> (status, title). The names are part of the contract.
KINDS: Mapping[str, tuple[int, str]] = {
    "wrong-parameter": (422, "A parameter is wrong"),
    "unknown-topic": (404, "The topic is unknown"),
    "unknown-user": (404, "Nothing is known of the person"),
    "no-such-path": (404, "There is nothing at this address"),
    "no-such-method": (405, "This address does not take this method"),
    "cursor-gone": (410, "The list has moved on"),
    "no-key": (401, "An API key is needed"),
    "too-many-requests": (429, "Too many requests"),
    "too-many-streams": (429, "Too many streams"),
    "too-large": (413, "The body is too large"),
    "query-too-long": (414, "The query is too long"),
    "store-away": (503, "The store is away"),
    "store-unreadable": (503, "The store holds what this build cannot read"),
    "fault": (500, "Something went wrong here"),
    "refused": (400, "The request cannot be answered"),
}


class ProblemError(Exception):
    """A request that is answered with a problem.

    Args:
        kind: A name of `KINDS`.
        detail: What happened, and what to do.
        retry_after_s: When to ask again; None = not at all.
        more: Further members.
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        retry_after_s: float | None = None,
        **more: "str | tuple[str, ...] | None",
    ) -> None:
        super().__init__(detail)
        self.kind, self.detail, self.retry_after_s, self.more = kind, detail, retry_after_s, more


def problem(error: ProblemError, path: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response of a problem; at Mastodon's addresses also with the member its clients read."""
    status, title = KINDS[error.kind]
    more = {**error.more, "error": error.detail} if path.startswith(MASTODON) else error.more
    values = {"type": _TYPE + error.kind, "title": title, "status": status, "detail": error.detail, **more}
    out = {"cache-control": "no-store", **(headers or {})}
    if error.retry_after_s is not None:
        out["retry-after"] = str(max(ceil(error.retry_after_s), 1))
    if status == HTTPStatus.UNAUTHORIZED:
        out["www-authenticate"] = "Bearer"
    return Response(_encode(msgspec.convert(values, Problem)), status, out, PROBLEM_JSON)


def install(app: FastAPI) -> None:
    """Let every error of the application become a problem."""
    for kind, handler in (
        (ProblemError, _told),
        (RequestValidationError, _invalid),
        (HTTPException, _http),
        (ServedError, _wrong),
        (CursorError, _wrong),
        (StoreUnavailableError, _away),
        (StoreContentError, _unreadable),
        (Exception, _fault),
    ):
        app.add_exception_handler(kind, handler)


async def _told(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - what the handler is installed for
    return problem(error, request.url.path)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    # Values are not repeated: what was sent may be anything.
    lines = tuple(f"{one['loc'][-1]}: {one['msg'].lower()}" for one in error.errors())
    return problem(ProblemError("wrong-parameter", "; ".join(lines), errors=lines), request.url.path)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    kinds = {404: "no-such-path", 405: "no-such-method", 413: "too-large"}
    kind = kinds.get(error.status_code, "refused")
    detail = "see /openapi.json for what there is" if kind.startswith("no-such") else str(error.detail)
    return problem(ProblemError(kind, detail), request.url.path, error.headers)


async def _wrong(request: Request, error: Exception) -> Response:
    return problem(ProblemError("wrong-parameter", str(error), errors=(str(error),)), request.url.path)


async def _away(request: Request, error: Exception) -> Response:
    # The store's own message names its address: that is for the log, not for clients.
    said = "the store took too long" if "took longer" in str(error) else "the store does not answer"
    return problem(ProblemError("store-away", f"{said}; ask again", 1), request.url.path)


async def _unreadable(request: Request, _error: Exception) -> Response:
    detail = "a record has another layout; update the server, or look at who wrote it"
    return problem(ProblemError("store-unreadable", detail, 10), request.url.path)


async def _fault(request: Request, _error: Exception) -> Response:
    return problem(ProblemError("fault", "it was logged; try again later"), request.url.path)

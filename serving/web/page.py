"""The page and its files. They hold no data: everything that they show comes from the API."""

from functools import cache
from hashlib import blake2b
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from serving.web.answers import matches

PAGE = "/"
ASSETS = "/assets/"
_TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".txt": "text/plain"}
# Nothing from elsewhere, no inline scripts; libraries set styles of single elements.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",  # ask each time whether it is still the same: pages and API change together
}


def page_routes() -> list[Route]:
    """Return the routes of the page; each file is a route of its own, so nothing else can be reached."""
    return [Route(path, _answer, methods=["GET"]) for path in paths()]


def paths() -> frozenset[str]:
    """Return all addresses of the page. They need no key."""
    return frozenset(_contents())


@cache
def _contents() -> dict[str, tuple[bytes, str, str]]:
    """Return address -> (bytes, media type, ETag). Read once; the files belong to the build."""
    out = {}
    page = files("serving.page")
    for prefix, folder in ((ASSETS, page), (f"{ASSETS}vendor/", page / "vendor")):
        for file in folder.iterdir():
            kind = _TYPES.get("." + file.name.rpartition(".")[2])
            if kind is not None:
                body = file.read_bytes()
                known = (body, kind, f'W/"{blake2b(body, digest_size=8).hexdigest()}"')
                out[PAGE if file.name == "index.html" else prefix + file.name] = known
    return out


async def _answer(request: Request) -> Response:
    body, kind, etag = _contents()[request.url.path]
    headers = {**_HEADERS, "etag": etag}
    known = request.headers.get("if-none-match")
    if known is not None and matches(etag, known):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)

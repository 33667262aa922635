"""Give every form of a web address one canonical form, so that people who share a page count together.

No library fits: those at hand either keep tracking parameters or are not idempotent, and a name of a topic
must be its own canonical form. What is done is what RFC 3986 (section 6.2) calls safe, and three things more:
no fragment, no user in front of the host, no parameters that only say who shared.
"""

import re
from functools import lru_cache
from urllib.parse import urlsplit

MAX_LINK_CHARS = 512
_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[\w-]+(\.[\w-]+)*|\[[0-9a-f:.]+\]")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_JUNK = re.compile(r"[\x00-\x20\x7f-\xa0]+")
_TRACKING = frozenset(
    {
        "_hsenc", "_hsmi", "dclid", "fbclid", "gad_source", "gbraid", "gclid", "gclsrc", "igsh",
        "igshid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "msclkid", "oly_anon_id",
        "oly_enc_id", "ref_src", "ref_url", "ttclid", "twclid", "vero_conv", "vero_id", "wbraid",
        "wickedid", "yclid",
    }
)  # fmt: skip
_TRACKING_FRONT = "utm_"
# A share button's own mark at these, plain words elsewhere.
_SHARED_AT = frozenset({"youtube", "youtu", "spotify"})
_SHARED = frozenset({"si", "feature", "pp"})


@lru_cache(maxsize=1 << 16)
def canonical_link(text: str) -> str:
    """Return the canonical form of a web address, "" when it is none or has more than 512 characters.

    Scheme and host in lower case, escapes in upper case; no default port, fragment, user, or tracking
    parameters; order and spelling of the rest stay. Idempotent. O(length), remembered.

        >>> canonical_link("HTTPS://Example.org:443/a?utm_source=x&b=1&fbclid=9#top")
        'https://example.org/a?b=1'
        >>> canonical_link("mailto:ann@example.org")
        ''
    """
    link = _JUNK.sub("", text)
    if not _SCHEME.match(link):
        return ""
    try:
        parts = urlsplit(link)
        host, port = (parts.hostname or "").lower().rstrip("."), parts.port
    except ValueError:  # a port that is no number, brackets without an address
        return ""
    host = f"[{host}]" if ":" in host else host
    if not _HOST.fullmatch(host):
        return ""
    query = _kept(host, parts.query)
    where = host if port is None or port == _DEFAULT_PORTS[parts.scheme] else f"{host}:{port}"
    rest = (parts.path or "/") + (f"?{query}" if query else "")
    link = f"{parts.scheme}://{where}{_ESCAPE.sub(lambda found: found.group().upper(), rest)}"
    return link if len(link) <= MAX_LINK_CHARS else ""


def _kept(host: str, query: str) -> str:
    """Return a query without the parameters that only say who shared, or on which way."""
    marks = _TRACKING if _SHARED_AT.isdisjoint(host.split(".")) else _TRACKING | _SHARED
    names = ((pair, pair.partition("=")[0].lower()) for pair in query.split("&"))
    return "&".join(
        pair for pair, name in names if pair and name not in marks and not name.startswith(_TRACKING_FRONT)
    )

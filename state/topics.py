"""Give every spelling of a topic one canonical form."""

import re
import unicodedata

MAX_TOPIC_CHARS = 100
_GAPS = re.compile(r"[\s_]+")
_LANG = re.compile(r"[a-z]{2,3}")
_REGION = re.compile(r"[A-Z]{2}|[0-9]{3}")


def normalise(topic: str) -> str:
    """Return the canonical form of a topic, or "" when nothing is left.

    NFKC, casefold, leading ``#`` off, control and format characters out, white space and underscores as
    one space. Cut at 100 characters. Idempotent. O(length).

        >>> normalise("  #World_Cup ")
        'world cup'
        >>> normalise("#Grand  Prix")
        'grand prix'
    """
    text = unicodedata.normalize("NFKC", topic)
    text = unicodedata.normalize("NFKC", text.casefold())
    text = _GAPS.sub(" ", text)
    text = "".join(c for c in text if c == " " or unicodedata.category(c)[0] != "C")
    text = unicodedata.normalize("NFKC", text)  # what stood apart may compose now
    text = _GAPS.sub(" ", text).strip().lstrip("# ")
    return text[:MAX_TOPIC_CHARS].strip()


def language_scope(lang: str) -> str:
    """Return ``lang:xx`` for a request language, or "" when it names none.

    A region subtag is dropped: pt-BR counts for pt.

        >>> language_scope("pt-BR"), language_scope("?")
        ('lang:pt', '')
    """
    primary = lang.strip().lower().replace("_", "-").split("-", 1)[0]
    return f"lang:{primary}" if _LANG.fullmatch(primary) else ""


def region_scope(region: str) -> str:
    """Return ``region:XX`` for a request region (ISO 3166-1 alpha-2 or UN M49), or "".

    >>> region_scope("us"), region_scope("Europe")
    ('region:US', '')
    """
    code = region.strip().upper()
    return f"region:{code}" if _REGION.fullmatch(code) else ""

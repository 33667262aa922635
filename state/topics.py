"""Give every spelling of a topic one canonical form."""

import re
import unicodedata

MAX_TOPIC_CHARS = 100
_GAPS = re.compile(r"[\s_]+")


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

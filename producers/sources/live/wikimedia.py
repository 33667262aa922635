"""Wikimedia EventStreams: every edit of every wiki. What a change means stands in mappings/wikimedia.toml."""

from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase

from producers.mapping.event import Mapped, Rejected, Skipped
from producers.mapping.find import shipped
from producers.mapping.mapper import compile_mapping

DEFAULT_DOMAINS = ("*.wikipedia.org",)

_OTHER_WIKI = Skipped("a wiki that was not asked for")


def translator(domains: Iterable[str]) -> Callable[[dict[str, object]], Mapped | Rejected | Skipped]:
    """Build the function from a change to an event.

    Args:
        domains: Patterns of wikis to keep, such as `en.wikipedia.org` or `*.wikipedia.org`.
    """
    patterns = tuple(domains)
    map_row = compile_mapping(shipped("wikimedia")).map_row

    def translate(body: dict[str, object]) -> Mapped | Rejected | Skipped:
        mapped = map_row(body)
        if isinstance(mapped, Mapped):
            domain = str(body.get("server_name"))
            if not any(fnmatchcase(domain, pattern) for pattern in patterns):
                return _OTHER_WIKI
        return mapped

    return translate

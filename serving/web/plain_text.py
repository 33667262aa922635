"""Text of HTML, short: what is shown of a post in a line."""

from html.parser import HTMLParser

MOST_CHARS = 200
_BREAKS = frozenset({"br", "p", "div", "li"})
_SILENT = frozenset({"script", "style"})


class _Text(HTMLParser):
    """Collects what a reader would see."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Words of two paragraphs do not grow together."""
        if tag in _BREAKS:
            self.parts.append(" ")
        elif tag in _SILENT:
            self._silent = tag

    def handle_endtag(self, tag: str) -> None:
        """Listen again."""
        if tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        """Keep text."""
        if not self._silent:
            self.parts.append(data)


def plain(html: str) -> str:
    """Return the text of HTML on one line, at most 200 characters. O(n).

    >>> plain("<p>Tea &amp; <b>milk</b></p><p>now</p><script>x()</script>")
    'Tea & milk now'
    """
    parser = _Text()
    parser.feed(html)
    parser.close()
    text = " ".join("".join(parser.parts).split())
    return text if len(text) <= MOST_CHARS else text[: MOST_CHARS - 1].rstrip() + "…"

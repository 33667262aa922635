"""Hooks of mkdocs: what our Markdown has beyond the common form."""

import re

# "```sh run" marks a block that a test runs; the site wants the language alone.
_MARKED_FENCE = re.compile(r"^(\s*```[a-z]+) [a-z-]+$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: object) -> str:
    """Return a page's text with fences that name only their language."""
    return _MARKED_FENCE.sub(r"\1", markdown)

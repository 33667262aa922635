"""Our own pages, read as far as tests need: links, headings, fenced blocks, shell commands."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.tree import ROOT, files

_FENCE = re.compile(r"^(`{3,})([^\n`]*)\n(.*?)^\1\s*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
_HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
_PIPES = {"|", "||", "&&", ";", "&", ">", ">>", "<", "2>"}


@dataclass(frozen=True)
class Block:
    """One fenced block.

    Attributes:
        page: Where it stands.
        line: Line of its fence.
        language: First word behind the fence.
        words: The other words, such as run.
        text: What is in it.
    """

    page: Path
    line: int
    language: str
    words: tuple[str, ...]
    text: str


def pages() -> list[Path]:
    """Return every Markdown file of the repository."""
    return [path for path in files() if path.suffix == ".md"]


def blocks(page: Path) -> list[Block]:
    """Return the fenced blocks of a page."""
    text, found = page.read_text("utf-8"), []
    for match in _FENCE.finditer(text):
        language, *words = match.group(2).split() or [""]
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(page, line, language, tuple(words), match.group(3)))
    return found


def prose(page: Path) -> str:
    """Return a page without its fenced blocks."""
    return _FENCE.sub("", page.read_text("utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the names under which the headings of a page can be linked to."""
    found: set[str] = set()
    for heading in _HEADING.findall(prose(page)):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        name = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = sum(1 for known in found if known == name or re.fullmatch(rf"{re.escape(name)}-\d+", known))
        found.add(f"{name}-{number}" if number else name)
    return found


def links(page: Path) -> list[str]:
    """Return what a page links to, pictures included; addresses of other sites are left out."""
    found = [first or second for first, second in _LINK.findall(_CODE.sub("", prose(page)))]
    return [link for link in found if not re.match(r"[a-z]+:", link)]


def target(page: Path, link: str) -> Path:
    """Return the file that a link means."""
    name = link.partition("#")[0]
    return (page.parent / name).resolve() if name else page


def broken_links(page: Path) -> list[str]:
    """Return links whose file or heading does not exist."""
    broken = []
    for link in links(page):
        file, anchor = target(page, link), link.partition("#")[2]
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            broken.append(link)
    return broken


def reachable(start: Path) -> set[Path]:
    """Return the pages that a reader gets to by following links."""
    seen, todo = set(), [start.resolve()]
    while todo:
        page = todo.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        todo += [target(page, link) for link in links(page)]
    return seen


def commands(block: Block) -> Iterator[list[str]]:
    """Yield the commands of a shell block as words, without comments, pipes and settings of variables."""
    for line in block.text.replace("\\\n", " ").splitlines():
        lexer = shlex.shlex(line.removeprefix("$ "), posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        words: list[str] = []
        for word in [*lexer, ";"]:
            if word in _PIPES:
                if words:
                    yield words
                words = []
            elif words or not re.match(r"[A-Z_]+=", word):
                words.append(word)


def name(page: Path) -> str:
    """Return a page's path as a message shows it."""
    return str(page.relative_to(ROOT)) if page.is_relative_to(ROOT) else str(page)

"""Fields of a row by path, and text made from them."""

from collections.abc import Callable
from typing import TypeAlias

from producers.mapping.convert import to_text
from producers.mapping.spec import LINE, Path, Template

Row: TypeAlias = dict[str, object]
Getter: TypeAlias = Callable[[Row, int], object]  # row, line number -> value or None


def parse_path(text: str) -> Path:
    r"""Split a path at its dots; `\.` is a dot inside a key.

    >>> parse_path(r"user.full\.name")
    ('user', 'full.name')

    Raises:
        ValueError: A step is empty.
    """
    steps = tuple(step.replace("\0", ".") for step in text.replace(r"\.", "\0").split("."))
    if not all(steps):
        raise ValueError(f"path {text!r} has an empty step")
    return steps


def parse_template(text: str) -> Template:
    """Read constants and `{path}` fields; `{{` and `}}` are braces.

    >>> parse_template("tweet:{id}").parts
    ('tweet:', ('id',))

    Raises:
        ValueError: A brace without its partner, or a bad path.
    """
    parts: list[str | Path] = []
    rest, constant = text, ""
    while rest:
        if rest[:2] in ("{{", "}}"):
            constant, rest = constant + rest[0], rest[2:]
        elif rest[0] == "}":
            raise ValueError(f"{text!r}: }} without {{; write }}}} for a brace")
        elif rest[0] == "{":
            path, closed, rest = rest[1:].partition("}")
            if not closed:
                raise ValueError(f"{text!r}: {{ without }}; write {{{{ for a brace")
            if constant:
                parts.append(constant)
            constant = ""
            parts.append(LINE if path == "@line" else parse_path(path))
        else:
            constant, rest = constant + rest[0], rest[1:]
    if constant:
        parts.append(constant)
    return Template(tuple(parts))


def fetch(path: Path) -> Getter:
    """Compile a path. A missing key, a null on the way, or a step into plain text gives None."""
    if path == LINE:
        return lambda _row, line: line
    first, rest = path[0], path[1:]
    if not rest:
        return lambda row, _line: row.get(first)

    def deep(row: Row, _line: int) -> object:
        value: object = row.get(first)
        for step in rest:
            if isinstance(value, dict):
                value = value.get(step)
            elif isinstance(value, list) and step.isdecimal() and step.isascii() and len(step) < 7:  # noqa: PLR2004
                value = value[int(step)] if int(step) < len(value) else None
            else:
                return None
        return value

    return deep


def render(template: Template) -> Getter:
    """Compile a template. One field alone gives its value as it is; in text, a missing field gives None."""
    if len(template.parts) == 1:
        only = template.parts[0]
        return fetch(only) if isinstance(only, tuple) else (lambda _row, _line: only)
    getters = [fetch(part) if isinstance(part, tuple) else part for part in template.parts]

    def fill(row: Row, line: int) -> object:
        texts: list[str] = []
        for getter in getters:
            if isinstance(getter, str):
                texts.append(getter)
                continue
            text = to_text(getter(row, line))
            if text is None:
                return None
            texts.append(text)
        return "".join(texts)

    return fill

"""Read what a class says about its attributes in the Google section `Attributes:` of its docstring."""

import inspect
import re

_ENTRY = re.compile(r"^ {4}(\w+): (.*)$")


def attributes(cls: type) -> dict[str, str]:
    """Return attribute -> its text, in one line each, inherited ones first; a class's own text wins.

    Empty when no docstring has such a section.

    >>> class Box:
    ...     '''A box.
    ...
    ...     Attributes:
    ...         height_mm: From the floor
    ...             to the lid.
    ...         lid: Open or not.
    ...     '''
    >>> attributes(Box)
    {'height_mm': 'From the floor to the lid.', 'lid': 'Open or not.'}
    """
    found: dict[str, str] = {}
    for one in reversed(cls.__mro__):
        found |= _own(one)
    return found


def _own(cls: type) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in _section(inspect.cleandoc(cls.__doc__ or "")):
        entry = _ENTRY.match(line)
        if entry:
            name = entry.group(1)
            found[name] = entry.group(2)
        elif name and line.strip():
            found[name] += f" {line.strip()}"
    return found


def summary(cls: type) -> str:
    """Return the first line of the docstring."""
    return (inspect.getdoc(cls) or "").partition("\n")[0]


def _section(text: str) -> list[str]:
    """Return the indented lines below `Attributes:`."""
    _, _, after = text.partition("Attributes:\n")
    lines = []
    for line in after.splitlines():
        if line and not line.startswith(" "):
            break
        lines.append(line)
    return lines

"""Cursors: they name the state of a list and a place in it, so pages do not shift between two requests."""

import re

PATTERN = "^([0-9a-f]{16})-([0-9a-z]{1,4})$"
SLATE_PATTERN = "^([0-9a-f]{32})-([0-9a-z]{1,4})$"
_FORM, _SLATE_FORM = re.compile(PATTERN), re.compile(SLATE_PATTERN)
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_BASE = len(_DIGITS)


class CursorError(ValueError):
    """The text is no cursor of ours."""


def cursor(version: str, offset: int) -> str:
    """Return the cursor of what follows the first ``offset`` trends of a state. Safe in an address.

    >>> cursor("00deadbeef00cafe", 40), parse(cursor("00deadbeef00cafe", 40))
    ('00deadbeef00cafe-14', ('00deadbeef00cafe', 40))
    """
    return f"{version}-{_base36(offset)}"


def parse(text: str, *, slate: bool = False) -> tuple[str, int]:
    """Return the version and the offset of a cursor; of a slate, its decision and the offset.

    Raises:
        CursorError: The text is no cursor.
    """
    found = (_SLATE_FORM if slate else _FORM).fullmatch(text)
    if not found:
        raise CursorError("cursor: expected what `next` of an earlier page said, unchanged")
    return found[1], int(found[2], _BASE)


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, rest = divmod(number, _BASE)
        digits = _DIGITS[rest] + digits
    return digits

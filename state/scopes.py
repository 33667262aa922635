"""Scopes of a request, as small numbers while counting and as names where somebody reads them.

A language of two or three letters and a region of two letters or three digits fit 16 bits each, and the
same name has the same number everywhere, so pieces that were counted apart can be put together.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from state.exact import Ints

GLOBAL = "global"
NONE = 0  # the request named no language, or no region

_LANG = re.compile(r"[a-z]{2,3}")
_REGION = re.compile(r"[A-Z]{2}|[0-9]{3}")
_NO_LANGUAGE = frozenset({"mis", "mul", "und", "zxx"})  # ISO 639-2: uncoded, many, unknown, no words
_LETTERS = 27  # a = 1; 0 stands for "no third letter"
_PAIRS = 26 * 26


@lru_cache(maxsize=4096)
def language_code(lang: str) -> int:
    """Return the number of a request's language, NONE when it names none.

    A region subtag is dropped: pt-BR counts for pt.

        >>> language_scope(language_code("pt-BR")), language_code("?")
        ('lang:pt', 0)
    """
    primary = lang.strip().lower().replace("_", "-").split("-", 1)[0]
    if not _LANG.fullmatch(primary):
        return NONE
    code = 0
    for letter in primary.ljust(3, "`"):  # the character before "a"
        code = code * _LETTERS + ord(letter) - ord("`")
    return code


def spoken_code(lang: str) -> int:
    """Return the number of a request's language, NONE also for codes that name no language.

    >>> spoken_code("zxx"), spoken_code("und"), language_scope(spoken_code("pt-BR"))
    (0, 0, 'lang:pt')
    """
    return NONE if lang.strip().lower() in _NO_LANGUAGE else language_code(lang)


@lru_cache(maxsize=4096)
def region_code(region: str) -> int:
    """Return the number of a request's region (ISO 3166-1 alpha-2 or UN M49), NONE when it names none.

    >>> region_scope(region_code("us")), region_scope(region_code("419")), region_code("Europe")
    ('region:US', 'region:419', 0)
    """
    name = region.strip().upper()
    if not _REGION.fullmatch(name):
        return NONE
    if name.isdigit():
        return 1 + _PAIRS + int(name)
    return 1 + (ord(name[0]) - ord("A")) * 26 + ord(name[1]) - ord("A")


def language_scope(code: int) -> str:
    """Return ``lang:xx`` for a number of ``language_code``, which must not be NONE."""
    letters = (code // _LETTERS**2, code // _LETTERS % _LETTERS, code % _LETTERS)
    return "lang:" + "".join(chr(ord("`") + letter) for letter in letters if letter)


def region_scope(code: int) -> str:
    """Return ``region:XX`` for a number of ``region_code``, which must not be NONE."""
    if code > _PAIRS:
        return f"region:{code - 1 - _PAIRS:03d}"
    return f"region:{chr(ord('A') + (code - 1) // 26)}{chr(ord('A') + (code - 1) % 26)}"


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at a request: which requests it sees, and how it names their scopes.

    Attributes:
        look: (language numbers, region numbers) to (is in this view, number of the scope below 2^32).
        name: Number of a scope to its name.
    """

    look: Callable[[Ints, Ints], tuple[npt.NDArray[np.bool_], Ints]]
    name: Callable[[int], str]


def _all(lang: Ints, _region: Ints) -> tuple[npt.NDArray[np.bool_], Ints]:
    return np.ones(len(lang), np.bool_), np.zeros(len(lang), np.int64)


def _language(lang: Ints, _region: Ints) -> tuple[npt.NDArray[np.bool_], Ints]:
    return lang != NONE, lang


def _region(_lang: Ints, region: Ints) -> tuple[npt.NDArray[np.bool_], Ints]:
    return region != NONE, region


def _both(lang: Ints, region: Ints) -> tuple[npt.NDArray[np.bool_], Ints]:
    return (lang != NONE) & (region != NONE), (lang << 16) | region


def language_region_scope(code: int) -> str:
    """Return ``lang:xx,region:XX`` for the numbers of both, the language in the upper 16 bits.

    >>> language_region_scope(language_code("fr") << 16 | region_code("CA"))
    'lang:fr,region:CA'
    """
    return f"{language_scope(code >> 16)},{region_scope(code & 0xFFFF)}"


PlaceView = Literal["community", "tag"]  # their scopes begin with these words (``state.places``)
ViewName = Literal["global", "language", "region", "language_region", "community", "tag"]
PLACE_VIEWS: Final[tuple[PlaceView, ...]] = ("community", "tag")
VIEWS: Final[Mapping[str, View]] = MappingProxyType(
    {
        "global": View(_all, lambda _: GLOBAL),
        "language": View(_language, language_scope),
        "region": View(_region, region_scope),
        "language_region": View(_both, language_region_scope),
    }
)
USUAL_VIEWS: Final[tuple[ViewName, ...]] = ("global", "language", "region")

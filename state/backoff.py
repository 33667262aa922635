"""Where a list that is too short is filled from: what its readers likely understand, then the world.

Source: branches of families as in ISO 639-5 and Glottolog, narrowed to languages whose readers can mostly
read each other or share their news.
"""

from types import MappingProxyType
from typing import Final

from state.scopes import GLOBAL, PLACE_VIEWS

_RELATED: Final = (
    "bs hr sr cnr sl mk bg", "cs sk", "pl hsb dsb csb", "ru uk be", "lt lv",
    "da no nb nn sv fo is", "de lb nds gsw yi", "nl af fy", "en sco",
    "es pt gl ca ast an oc", "fr wa", "it scn co sc vec", "ro mo",
    "fi et", "ga gd gv", "cy br kw", "sq als",
    "tr az tk", "kk ky tt ba", "uz ug", "fa prs tg", "ku ckb", "ps bal",
    "ar arz ary apc", "he yi", "am ti",
    "hi ur", "ne mai bh", "bn as", "gu mr", "pa sd", "ta ml", "te kn", "si dv",
    "id ms jv su", "tl fil ceb ilo", "th lo", "zh yue wuu", "zu xh ss nr", "st tn nso", "sw ln",
)  # fmt: skip


def _neighbours() -> dict[str, tuple[str, ...]]:
    out: dict[str, tuple[str, ...]] = {}
    for group in (line.split() for line in _RELATED):
        for code in group:
            out[code] = (*out.get(code, ()), *(other for other in group if other != code))
    return out


FAMILY: Final = MappingProxyType(_neighbours())
"""Language code to related ones; a language that is not here has no neighbours."""


def steps(scope: str) -> tuple[tuple[str, ...], ...]:
    """Return the scopes to fill from, one step after the other; within a step the strongest first.

    A list of a language within a region looks at the language, then the region, then related languages. All
    end with the global list, which itself is filled from nowhere. So is the list of a community or a tag:
    what trends elsewhere says nothing of it.

        >>> steps("lang:sk"), steps("region:SK"), steps("global")
        ((('lang:cs',), ('global',)), (('global',),), ())
        >>> steps("community:gardening"), steps("tag:world_cup")
        ((), ())
        >>> steps("lang:sk,region:SK")
        (('lang:sk',), ('region:SK',), ('lang:cs',), ('global',))
    """
    if scope == GLOBAL or scope.partition(":")[0] in PLACE_VIEWS:
        return ()
    parts = scope.split(",")
    own = tuple((part,) for part in parts) if len(parts) > 1 else ()
    return (*own, *_family(parts[0]), (GLOBAL,))


def _family(scope: str) -> tuple[tuple[str, ...], ...]:
    where, _, code = scope.partition(":")
    related = FAMILY.get(code, ()) if where == "lang" else ()
    return (tuple(f"lang:{other}" for other in related),) if related else ()

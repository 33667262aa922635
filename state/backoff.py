"""Where a list that is too short is filled from: what its readers likely understand, then the world.

Source: language groups of ISO 639-5 (Library of Congress, loc.gov/standards/iso639-5), narrowed to languages
whose readers understand much of each other. Unicode CLDR keeps data of that kind for choosing the language of
a page (common/supplemental/languageInfo.xml), but of fewer pairs. Where a bar stands is our own judgement.
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from state.scopes import GLOBAL

# Group of ISO 639-5 to languages; bars part those that are nearest to each other from the rest.
FAMILIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "zls": ("bs hr sr sh cnr | mk bg | sl",),  # South Slavic
        "zlw": ("cs sk | pl szl csb | hsb dsb",),  # West Slavic
        "zle": ("be uk ru rue",),  # East Slavic
        "bat": ("lt lv ltg",),  # Baltic
        "gmq": ("no nb nn da sv | is fo",),  # North Germanic
        "gmw": ("de lb gsw bar nds", "nl af fy li", "en sco"),  # West Germanic
        "roa": ("es pt gl ca ast an oc it | scn co sc vec | fr wa | ro mo",),  # Romance
        "cel": ("ga gd gv", "br cy kw"),  # Celtic
        "fiu": ("fi et krl vro",),  # Finno-Ugrian: Finnic
        "sqj": ("sq als aln",),  # Albanian
        "trk": ("tr az tk gag | kk ky kaa tt ba | uz ug",),  # Turkic
        "ira": ("fa prs tg", "ku kmr ckb", "ps bal"),  # Iranian
        "sem": ("ar arz ary apc", "he yi", "am ti"),  # Semitic; Yiddish by its letters and readers
        "inc": ("hi ur", "ne mai bho", "bn as", "mr kok", "pa sd", "si dv"),  # Indic
        "dra": ("ta ml", "te kn"),  # Dravidian
        "map": ("id ms jv su min", "tl fil ceb ilo"),  # Austronesian
        "tai": ("th lo",),  # Tai
        "zhx": ("zh yue wuu nan hak",),  # Chinese
        "bnt": ("zu xh ss nr", "st tn nso"),  # Bantu
    }
)
Steps = tuple[tuple[str, ...], ...]


def steps(scope: str) -> Steps:
    """Return the scopes to fill from, one step after the other; within a step the strongest first.

    A language is filled from those nearest to it, then from the rest of its group. A list of a language in a
    region looks at the language, then the region, then related languages. All end with the global list, which
    itself is filled from nowhere. No scope comes twice.

        >>> steps("lang:sk")
        (('lang:cs',), ('lang:pl', 'lang:szl', 'lang:csb', 'lang:hsb', 'lang:dsb'), ('global',))
        >>> steps("lang:uk,region:UA")
        (('lang:uk',), ('region:UA',), ('lang:be', 'lang:ru', 'lang:rue'), ('global',))
        >>> steps("region:SK"), steps("community:a,b"), steps("global")
        ((('global',),), (('global',),), ())
    """
    if scope == GLOBAL:
        return ()
    view, _, name = scope.partition(":")
    if view != "lang":
        return ((GLOBAL,),)
    # A language has no comma, so this is the one between it and its region.
    language, _, region = name.partition(",")
    own = ((f"lang:{language}",), (region,)) if region else ()
    return (*own, *_RELATED.get(language, ()), (GLOBAL,))


def _related() -> Iterator[tuple[str, Steps]]:
    for groups in FAMILIES.values():
        for group in groups:
            near = [part.split() for part in group.split("|")]
            for i, mine in enumerate(near):
                rest = tuple(f"lang:{code}" for other in near[:i] + near[i + 1 :] for code in other)
                for code in mine:
                    nearest = tuple(f"lang:{other}" for other in mine if other != code)
                    yield code, tuple(step for step in (nearest, rest) if step)


_RELATED: Final[Mapping[str, Steps]] = MappingProxyType(dict(_related()))

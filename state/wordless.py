"""Content without words counts in every language: a picture needs no translation.

Such content counts as ever for its request's language, and beyond that in every list of a language in which
the topic was touched within the same pane, by whatever content. A topic of pictures only, asked for in one
language, does not appear in the others: who speaks them has not met it yet.

All of a topic lies in one shard, so what is found depends on no order and no number of shards.
"""

import numpy as np
import numpy.typing as npt

from state.exact import Ints
from state.runs import run_of, starts, sums

MOST_LANGUAGES = 32  # of a topic and pane: those with the most events; bounds the work


def spread(wordless: npt.NDArray[np.bool_], group: Ints, lang: Ints, events: Ints) -> tuple[Ints, Ints]:
    """Return (contribution, language) of each counting of a wordless contribution in another language.

    O(n log n), and at most 32 for each of those contributions.

    Args:
        wordless: Which contributions are of content without words.
        group: Within what a language is looked for: the topic, or topic and region.
        lang: Number of the request's language, 0 = none.
        events: Events of each contribution.
    """
    which = np.flatnonzero(wordless)
    named = np.flatnonzero((lang != 0) & np.isin(group, group[which]))
    home, spoken = _spoken(group[named], lang[named], events[named])
    first = np.searchsorted(home, group[which], "left")
    count = np.searchsorted(home, group[which], "right") - first
    row = np.repeat(which, count)
    to = spoken[np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + np.repeat(first, count)]
    abroad = to != lang[row]
    return row[abroad], to[abroad]


def _spoken(group: Ints, lang: Ints, events: Ints) -> tuple[Ints, Ints]:
    """Return (group, language) of the languages with the most events of each group, sorted by group."""
    order = np.lexsort((lang, group))
    group, lang = group[order], lang[order]
    pair = starts(group, lang)
    many = sums(events[order], pair)
    group, lang = group[pair], lang[pair]
    order = np.lexsort((lang, -many, group))
    group, lang = group[order], lang[order]
    first = starts(group)
    kept = np.arange(len(group)) - first[run_of(first, len(group))] < MOST_LANGUAGES
    return group[kept], lang[kept]

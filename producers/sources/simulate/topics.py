"""What people talk about: topics with a home language, a popularity, companions, and several spellings."""

from dataclasses import dataclass

import numpy as np

from producers.sources.simulate.config import SimulationConfig
from producers.sources.simulate.names import phrases, planted_names, spellings, words
from producers.sources.simulate.people import FAVOURITES, People
from producers.sources.simulate.rng import Floats, Ints, stream

ZIPF_EXPONENT, ZIPF_SHIFT = 1.05, 5.0
PHRASES = 400  # for each language and half of a sentence
TAG_SHARE = 0.3  # of the records spell their topic as a tag
_FAVOURITE_SHARE = 0.5  # of a person's events
_EVERYWHERE = 0.3  # of the topics belong to no language
_SECOND, _THIRD = 0.4, 0.15  # of the posts have at least two, three topics


@dataclass(frozen=True, slots=True)
class Topics:
    """Everyday topics 0..everyday-1 by falling popularity, planted ones behind them.

    A name number stands for one spelling: number t is the plain name of topic t; `names[len(plain) + t]` is
    its `#tag` spelling; further spellings of planted topics follow.
    """

    everyday: int
    plain: tuple[str, ...]  # canonical name by topic
    names: tuple[str, ...]  # every spelling by name number
    topic_of_name: Ints
    spellings_of: dict[int, tuple[int, ...]]  # planted topic -> numbers of its further spellings
    home_lang: Ints  # -1: everywhere
    companions: Ints  # two related everyday topics for each topic
    lang_cdf: Floats  # language number + share of that language's talk
    favourites: Ints  # [user, 4] everyday topics
    favourites_later: Ints  # after a switch of taste
    phrases_a: tuple[str, ...]  # first halves of sentences: language number * PHRASES + i
    phrases_b: tuple[str, ...]

    def tag(self, topic: Ints | int) -> Ints | int:
        """Name numbers of the tag spelling."""
        return topic + len(self.plain)


def build_topics(config: SimulationConfig, people: People, planted: int) -> Topics:
    """Draw the topics; `planted` counts those that only plants talk about."""
    rng = stream(config.seed, "topics")
    everyday, langs = config.topics, len(config.langs)
    home = np.where(rng.random(everyday) < _EVERYWHERE, -1, rng.integers(0, langs, everyday))
    taken: set[str] = set()
    by_lang = {
        n: iter(words(lang, int((home == n).sum() + (home == -1).sum() * (n == 0)), rng, taken))
        for n, lang in enumerate(config.langs)
    }
    plain = [next(by_lang[max(int(n), 0)]) for n in home] + planted_names(planted, rng, taken)
    names = plain + [tag_of(name) for name in plain]
    owner = list(range(len(plain))) * 2
    further = {}
    for topic in range(everyday, len(plain)):
        further[topic] = tuple(range(len(names), len(names) + 3))
        names += spellings(plain[topic])
        owner += [topic] * 3
    affinity = np.where(
        home[None, :] == np.arange(langs)[:, None], 1.0, np.where(home[None, :] == -1, 0.5, 0.02)
    )
    popular = 1 / (np.arange(everyday) + ZIPF_SHIFT) ** ZIPF_EXPONENT
    shares = np.cumsum(affinity * popular, axis=1)
    lang_cdf = (np.arange(langs)[:, None] + np.minimum(shares / shares[:, -1:], 1 - 1e-12)).ravel()
    lang = np.repeat(people.lang[: people.regular], FAVOURITES)
    return Topics(
        everyday=everyday,
        plain=tuple(plain),
        names=tuple(names),
        topic_of_name=np.array(owner),
        spellings_of=further,
        home_lang=np.concatenate([home, np.full(planted, -1)]),
        companions=rng.integers(0, everyday, (len(plain), 2)),
        lang_cdf=lang_cdf,
        favourites=_by_lang(lang_cdf, everyday, lang, rng).reshape(-1, FAVOURITES),
        favourites_later=_by_lang(lang_cdf, everyday, lang, rng).reshape(-1, FAVOURITES),
        phrases_a=tuple(text for code in config.langs for text in phrases(code, PHRASES, rng)),
        phrases_b=tuple(text for code in config.langs for text in phrases(code, PHRASES, rng)),
    )


def tag_of(name: str) -> str:
    """Spell a name as its author's tag; it normalises to the same topic, so a space cannot go away."""
    return name.title() if " " in name else f"#{name}"


def _by_lang(lang_cdf: Floats, everyday: int, lang: Ints, rng: np.random.Generator) -> Ints:
    found = np.searchsorted(lang_cdf, lang + rng.random(len(lang)), side="right")
    return np.minimum(found, len(lang_cdf) - 1) % everyday


def favourites_at(topics: Topics, people: People, user: Ints, at_ms: Ints) -> Ints:
    """Favourite topics [event, 4] of users at moments."""
    later = at_ms >= people.switch_ms[user]
    return np.where(later[:, None], topics.favourites_later[user], topics.favourites[user])


def draw_topics(topics: Topics, people: People, user: Ints, at_ms: Ints, rng: np.random.Generator) -> Ints:
    """Draw an everyday topic for each (user, moment): a favourite or what the language talks about."""
    common = _by_lang(topics.lang_cdf, topics.everyday, people.lang[user], rng)
    which = rng.integers(0, FAVOURITES, len(user))
    later = at_ms >= people.switch_ms[user]
    own = np.where(later, topics.favourites_later[user, which], topics.favourites[user, which])
    return np.where(rng.random(len(user)) < _FAVOURITE_SHARE, own, common)


def with_companions(topics: Topics, topic: Ints, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
    """Name numbers of one to three topics of new items: the topic itself first, related ones behind it."""
    draw = rng.random(len(topic))
    spelled = np.where(rng.random(len(topic)) < TAG_SHARE, topics.tag(topic), topic)
    first, second = topics.companions[topic, 0], topics.companions[topic, 1]
    second = np.where((second == topic) | (second == first), -1, second)
    t1 = np.where((draw < _SECOND) & (first != topic), first, -1)
    return spelled, t1, np.where((draw < _THIRD) & (t1 >= 0), second, -1)

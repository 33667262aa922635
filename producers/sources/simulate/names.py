"""Topic names and phrases: made-up words of a language, fixed by the seed.

A name never has a letter twice in a row and is already lower case, so that normalising it (Unicode NFKC,
case folding, repeats, a leading `#`) changes nothing: the truth file can name topics as the job does.
"""

from collections.abc import Sequence

import numpy as np

_ONSETS = {
    "en": "b br c ch d f fl g gr h j k l m n p r s sh st t th tr v w",
    "es": "b c ch d f g gu j l m n ñ p pr r s t tr v z",
    "de": "b bl d f fr g h k kl l m n p pf r s sch st t tr w z",
    "pt": "b c d f g j l lh m n nh p pr r s t tr v x",
    "fr": "b bl c ch d f fr g j l m n p pl r s t tr v",
    "ja": "か き く け こ さ し す せ そ た ち つ て と な に ぬ ね の は ひ ふ へ ほ ま み む め も ら り",
}
_VOWELS = {
    "en": "a e i o u ai ea",
    "es": "a e i o u ía ó",
    "de": "a e i o u ä ö ü ei",
    "pt": "a e i o u ã ç",
    "fr": "a e i o u é è ou",
    "ja": "",
}
_ENDS = {
    "en": "n r st l m nd",
    "es": "s n r l",
    "de": "n r t ng l",
    "pt": "s m r l",
    "fr": "t r s l n",
    "ja": "ん",
}

_END_SHARE = 0.4  # of the words end in a consonant

PLANTED = (
    "harbor fire", "solar eclipse", "final whistle", "night bus", "city marathon", "mars landing",
    "storm watch", "golden shoe", "metro strike", "folk festival", "comet", "transfer deadline",
    "power cut", "film awards", "poker final", "river tide", "lost dog", "new album", "bike race",
    "vote count", "airport delay", "heat wave", "bridge closed", "space walk", "tax reform", "cup draw",
    "snow day", "game launch", "court ruling", "peace talks", "last minute goal", "opera premiere",
    "bread prices", "rocket launch", "harvest feast", "volcano",
)  # fmt: skip


def _word(lang: str, rng: np.random.Generator) -> str:
    onsets, vowels, ends = _ONSETS[lang].split(), _VOWELS[lang].split() or [""], _ENDS[lang].split()
    word = "".join(
        onsets[rng.integers(len(onsets))] + vowels[rng.integers(len(vowels))]
        for _ in range(int(rng.integers(2, 4 if lang != "ja" else 5)))
    )
    if rng.random() < _END_SHARE:
        word += ends[rng.integers(len(ends))]
    return "".join(letter for at, letter in enumerate(word) if not at or word[at - 1] != letter)


def words(lang: str, count: int, rng: np.random.Generator, taken: set[str]) -> list[str]:
    """Make up `count` different words of a language that are not `taken` yet, and take them."""
    out: list[str] = []
    tries = 0
    while len(out) < count:
        tries += 1
        word = _word(lang, rng)
        if tries > 20 * count + 1_000:  # the short words are used up
            word = f"{word} {_word(lang, rng)}"
        if word not in taken:
            taken.add(word)
            out.append(word)
    return out


def planted_names(count: int, rng: np.random.Generator, taken: set[str]) -> list[str]:
    """Names for planted topics; when the list runs out, made-up ones of two words."""
    firsts = words("en", max(count - len(PLANTED), 0), rng, taken)
    return [*PLANTED[:count], *(f"{first} {_word('en', rng)}" for first in firsts)]


def phrases(lang: str, count: int, rng: np.random.Generator) -> list[str]:
    """Make up `count` pieces of talk of three to six words."""
    vocabulary = words(lang, 300, rng, set())
    lengths = rng.integers(3, 7, count)
    return [" ".join(vocabulary[i] for i in rng.integers(0, len(vocabulary), n)) for n in lengths]


def spellings(name: str) -> Sequence[str]:
    """Three ways people write one tag: `#WorldCup`, `World Cup`, `worldcup`."""
    titled = name.title()
    return (f"#{titled.replace(' ', '')}", titled, name.replace(" ", ""))

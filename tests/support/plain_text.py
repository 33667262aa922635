"""The obvious second version of tokens, SimHash and edits: one text, one character at a time."""

import unicodedata
from collections.abc import Sequence

import numpy as np

from state.text_tokens import canonical_text

_SPACES = set(" \t\n\r\v\f\x1c\x1d\x1e\x1f\x85\u1680\u2028\u2029")
_DENSE = (
    (0x0E00, 0x0EFF), (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007),
    (0x3040, 0x30FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3134F),
)  # fmt: skip


def _is_letter(char: str) -> bool:
    selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"
    return unicodedata.category(char)[0] in "LM" and not selector


def _is_dense(char: str) -> bool:
    return _is_letter(char) and any(low <= ord(char) <= high for low, high in _DENSE)


def words(text: str) -> list[str]:
    """Return the tokens of a text as texts."""
    chunks, chunk = [], ""
    for char in canonical_text(text.replace("\n", " ")) + " ":
        if char in _SPACES:
            chunks.append(chunk)
            chunk = ""
        else:
            chunk += char
    out: list[str] = []
    for part in chunks:
        if "://" in part:
            continue
        cut = min((part.index(mark) for mark in "@#$" if mark in part), default=len(part))
        run = ""
        for char in part[:cut] + " ":
            if run and (not _is_letter(char) or _is_dense(char) != _is_dense(run[0])):
                out += [run[i : i + 2] for i in range(max(len(run) - 1, 1))] if _is_dense(run[0]) else [run]
                run = ""
            run += char if _is_letter(char) else ""
    return out


def simhash(hashes: Sequence[int]) -> int:
    """Return the majority of each bit."""
    sums = [sum(1 if value >> bit & 1 else -1 for value in hashes) for bit in range(64)]
    return sum(1 << bit for bit, total in enumerate(sums) if total > 0)


def zipf_texts(n: int, rng: np.random.Generator, vocabulary: int = 5000) -> list[str]:
    """Return n texts of 8 to 30 words with the lengths and frequencies that words have."""
    letters = list("etaoinshrdlucmfwypvbgkjqxz")
    weights = 1.0 / np.arange(2, 28)
    names = []
    for rank in range(vocabulary):
        length = int(min(2 + rng.poisson(min(0.5 + np.log1p(rank) * 0.6, 5.5)), 14))
        names.append("".join(rng.choice(letters, length, p=weights / weights.sum())))
    chance = 1.0 / np.arange(1, vocabulary + 1)
    sizes = rng.integers(8, 31, n)
    return [" ".join(rng.choice(names, size, p=chance / chance.sum())) for size in sizes.tolist()]

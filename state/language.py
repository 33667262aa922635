"""Language of a text: a small protocol, and an identifier of 139 languages that runs locally.

The model is that of py3langid 0.4: bytes drive a finite automaton whose states name features, and a naive
Bayes model weighs them. The library takes one text at a time and several times as long for it; here a batch
goes through the automaton together, and the weights are added with one sparse product.

Source: M. Lui and T. Baldwin, langid.py: An Off-the-shelf Language Identification Tool, ACL 2012.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from schemas.arrow_text import text_buffers
from schemas.avro_tape import Ints
from state.text_tokens import tokens

UNKNOWN: Final = "und"
NO_WORDS: Final = "zxx"
MODEL_VERSION: Final = "py3langid-0.4"
MAX_BYTES: Final = 512  # of a text that are looked at
_STRIPPED = r"https?://\S+|[@#$]\S+"
_CHUNK = 2048  # texts that walk together: their scores take 1.2 MB

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Languages:
    """Languages of many texts.

    Attributes:
        codes: ISO 639 code of each text; ``und`` when the probability is too low, ``zxx`` without letters.
        probs: Probability of the most likely language, 0 to 1; also where the code is ``und``.
    """

    codes: list[str]
    probs: Floats


class LanguageIdentifier(Protocol):
    """What the job needs: languages of a column of texts."""

    version: str

    def identify(self, texts: pa.StringArray) -> Languages:
        """Return the language of each text; null is not allowed."""


@dataclass(frozen=True, slots=True)
class LanguageConfig:
    """How sure an identifier must be.

    Attributes:
        min_prob: Below, a text is ``und``.
        min_letters: Texts with fewer letters are ``und``: a word or two belong to many languages.
    """

    min_prob: float = 0.3
    min_letters: int = 8

    def __post_init__(self) -> None:
        """Refuse what cannot be a threshold.

        Raises:
            ValueError: With what was expected.
        """
        if not 0.0 <= self.min_prob <= 1.0:
            raise ValueError(f"language.min_prob = {self.min_prob}: expected 0 to 1")
        if self.min_letters < 0:
            raise ValueError(f"language.min_letters = {self.min_letters}: expected 0 or more")


class LocalIdentifier:
    """Identifies with the model of py3langid. It is loaded with the first text, or by `load`: 3 s, 110 MB."""

    version = MODEL_VERSION

    def __init__(self, cfg: LanguageConfig | None = None) -> None:
        self._cfg = cfg or LanguageConfig()

    def load(self) -> None:
        """Load the model now."""
        _model()

    def identify(self, texts: pa.StringArray) -> Languages:
        """Return the language of each text. Web addresses, handles and tags count for nothing.

        O(bytes), at most 512 of each text; order and neighbours do not matter. See `benchmarks/content.py`.

        Raises:
            ValueError: There is a null.
        """
        if texts.null_count:
            raise ValueError(f"column of {len(texts)} texts has {texts.null_count} nulls, expected none")
        parts = [self._some(texts.slice(at, _CHUNK)) for at in range(0, len(texts), _CHUNK)]
        return Languages(
            [code for part in parts for code in part.codes],
            np.concatenate([part.probs for part in parts]) if parts else np.zeros(0, np.float32),
        )

    def _some(self, texts: pa.StringArray) -> Languages:
        letters = np.bincount(*_letters(texts), minlength=len(texts)).astype(np.int64)
        best, probs = _model().classify(*text_buffers(_clean(texts)))
        names = _model().names
        few = (letters < self._cfg.min_letters) | (probs < self._cfg.min_prob)
        codes = [
            NO_WORDS if not n else UNKNOWN if unsure else names[at]
            for at, unsure, n in zip(best.tolist(), few.tolist(), letters.tolist(), strict=True)
        ]
        return Languages(codes, np.where(letters > 0, probs, np.float32(1.0)).astype(np.float32))


def _letters(texts: pa.StringArray) -> tuple[Ints, Ints]:
    """Return (text, letters) of each token."""
    found = tokens(texts)
    return np.repeat(np.arange(len(texts)), np.diff(found.offsets)), found.sizes


def _clean(texts: pa.StringArray) -> pa.StringArray:
    """Return what the model was trained on: no addresses and tags, no shouting, composed characters.

    Not pyarrow's utf8_normalize: its NFC decomposes instead (16.1).
    """
    clean = pc.replace_substring_regex(texts, _STRIPPED, " ")
    clean = pc.if_else(pc.utf8_is_upper(clean), pc.utf8_lower(clean), clean)
    if pc.all(pc.string_is_ascii(clean)).as_py():
        return clean
    return pa.array([unicodedata.normalize("NFC", text) for text in clean.to_pylist()], pa.string())


class _Model:
    """The automaton and the weights as arrays."""

    def __init__(self) -> None:
        from py3langid.langid import MODEL_FILE  # noqa: PLC0415
        from py3langid.langid import LanguageIdentifier as Loader  # noqa: PLC0415
        from scipy.sparse import csr_array  # noqa: PLC0415 - together 1.5 s, on first use

        self._csr = csr_array
        loaded = Loader.from_model_file(MODEL_FILE, norm_probs=True)
        # What is numbers already is not copied: 39 MB of the automaton, beside 57 MB of weights.
        self._row = np.asarray(loaded.tk_row, np.int64) << 8
        self._next = np.asarray(loaded.tk_nextmove)
        self._feature = np.asarray(loaded.tk_output, np.int32)
        self._weights = np.asarray(loaded.nb_ptc, np.float32)
        self._prior = np.asarray(loaded.nb_pc, np.float32)
        self.names: list[str] = list(loaded.nb_classes)
        places = [self.names.index(name) for name in self.names]
        self._twice = [(first, at) for at, first in enumerate(places) if first != at]

    def classify(self, data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32]) -> tuple[Ints, Floats]:
        """Return (index into names, probability) of each text.

        The library's rule: log(1 + count) of each feature, softmax with the square root of the length in
        bytes as temperature, so that long texts are not always certain.
        """
        starts, sizes = offsets[:-1].astype(np.int64), np.minimum(np.diff(offsets), MAX_BYTES)
        row, feature = self._walk(data, starts, sizes)
        seen, count = np.unique(row * len(self._weights) + feature, return_counts=True)
        row, feature = np.divmod(seen, len(self._weights))
        indptr = np.searchsorted(row, np.arange(len(sizes) + 1))
        shape = (len(sizes), len(self._weights))
        table = self._csr((np.log1p(count).astype(np.float32), feature, indptr), shape=shape)
        scores = np.where(np.diff(indptr)[:, None] > 0, table @ self._weights + self._prior, np.float32(0.0))
        scores /= np.sqrt(np.maximum(sizes, 1)).astype(np.float32)[:, None]
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        scores /= scores.sum(axis=1, keepdims=True)
        for first, again in self._twice:  # the same language in another script
            scores[:, first] += scores[:, again]
            scores[:, again] = 0.0
        best = scores.argmax(axis=1)
        return best, scores[np.arange(len(best)), best]

    def _walk(self, data: npt.NDArray[np.uint8], starts: Ints, sizes: Ints) -> tuple[Ints, Ints]:
        """Walk all texts through the automaton, a byte of each at a time: (text, feature) of every hit."""
        order = np.argsort(-sizes, kind="stable")
        first = starts[order]
        alive_at = np.searchsorted(-sizes[order], -np.arange(int(sizes.max(initial=0))), side="left")
        state = np.zeros(len(sizes), np.int64)
        rows, features = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for place, alive in enumerate(alive_at.tolist()):
            state = self._next[self._row[state[:alive]] + data[first[:alive] + place]]
            hit = self._feature[state]
            found = np.flatnonzero(hit >= 0)
            rows.append(order[found])
            features.append(hit[found].astype(np.int64))
        return np.concatenate(rows), np.concatenate(features)


@lru_cache(maxsize=1)
def _model() -> _Model:
    return _Model()

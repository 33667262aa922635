"""Suggest tags for posts whose author gave none, learned from the posts whose author gave some.

One tagger learns one group of languages. Each post is first predicted, then learned from, so the figures that
it keeps of itself are honest ones. Everything is bounded: slots for tags (`tag_table.py`), places for words
(hashed), and so are the bytes that are stored (`tagger_codec.py`).

Source: softmax regression by online gradient descent with a step size per word (J. Duchi et al., Adaptive
Subgradient Methods, JMLR 2011, diagonal form, one sum for each row); the hashing trick, K. Weinberger et al.,
ICML 2009.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from schemas.avro_tape import Ints, Words
from state import tag_table
from state.online_model import Calibration, CalibrationConfig, CalibrationState
from state.tag_table import TagTable

_EMPTY_SCORE = np.float32(-1e9)
_BIAS_RATE = 0.05  # of the rate: a tag's frequency moves slower than its words
_EPSILON = np.float32(1e-3)
_LIMITS = {"words": (16, 1 << 16), "tags": (2, 1 << 12)}


@dataclass(frozen=True, slots=True)
class TaggerConfig:
    """How a tagger learns. ``words`` and ``tags`` are fixed for the life of its state.

    Attributes:
        words: Places that words are hashed to.
        tags: Slots for tags; words x tags x 4 bytes are stored.
        rate: Step size of the first step.
        half_life_posts: Learned posts after which the uses of tags count half.
        min_uses: Decayed uses before a tag is suggested.
        warm_up_posts: Posts to learn from before anything is suggested.
        min_prob: A suggestion must be right with this probability, by the calibration.
        max_suggested: Suggestions for one post.
        max_learned: Tags of one post that are learned.
        max_words: Different words of one post that are looked at.
        calibration: Of the probabilities.
    """

    words: int = 1024
    tags: int = 256
    rate: float = 2.0
    half_life_posts: int = 10_000
    min_uses: float = 5.0
    warm_up_posts: int = 100
    min_prob: float = 0.5
    max_suggested: int = 3
    max_learned: int = 8
    max_words: int = 64
    calibration: CalibrationConfig = field(default_factory=CalibrationConfig)

    def __post_init__(self) -> None:
        """Report every setting that is out of range at once.

        Raises:
            ValueError: With one line per setting.
        """
        problems = [
            f"tagger.{name} = {getattr(self, name)}: expected {low} to {high}"
            for name, (low, high) in _LIMITS.items()
            if not low <= getattr(self, name) <= high
        ]
        problems += [
            f"tagger.{name} = {getattr(self, name)}: expected more than 0"
            for name in ("rate", "half_life_posts", "max_suggested", "max_learned", "max_words")
            if getattr(self, name) <= 0
        ]
        if not 0.0 <= self.min_prob <= 1.0:
            problems.append(f"tagger.min_prob = {self.min_prob}: expected 0 to 1")
        if problems:
            raise ValueError("\n".join(problems))


@dataclass(slots=True)
class Progress:
    """Progressive validation: what was predicted before it was learned. Totals of all time.

    Attributes:
        learned: Posts with tags of their author.
        judged: Of these, posts for which there was something to suggest from.
        right: Judged posts whose best tag was one of the author's, sure of it or not.
        suggested: Judged posts with a suggestion that was sure enough.
        suggested_right: Of these, those whose first suggestion was one of the author's tags.
        frequent_right: Judged posts for which the most frequent tag would have been right.
    """

    learned: int = 0
    judged: int = 0
    right: int = 0
    suggested: int = 0
    suggested_right: int = 0
    frequent_right: int = 0


@dataclass(slots=True)
class TaggerState:
    """What one group of languages has learned, as plain values; `tagger_codec.py` stores it.

    Attributes:
        table: The tags, a column each.
        weights: Words x tags.
        bias: One for each tag.
        steps: Sum of squared gradients of each word.
        calibration: Scores to probabilities, as of when it was stored.
        progress: Progressive validation.
    """

    table: TagTable
    weights: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    steps: npt.NDArray[np.float32]
    calibration: CalibrationState
    progress: Progress


@dataclass(frozen=True, slots=True)
class Tagger:
    """A tagger at work: its settings, its state, and the calibration that learns. Made by `at_work`."""

    cfg: TaggerConfig
    state: TaggerState
    calibration: Calibration


Scores = npt.NDArray[np.float32]
Suggestions = list[tuple[str, float]]  # (tag, probability), the likeliest first


def empty(cfg: TaggerConfig) -> TaggerState:
    """Return a state that has learned nothing."""
    return TaggerState(
        table=tag_table.empty(cfg.tags),
        weights=np.zeros((cfg.words, cfg.tags), np.float32),
        bias=np.zeros(cfg.tags, np.float32),
        steps=np.zeros(cfg.words, np.float32),
        calibration=CalibrationState(),
        progress=Progress(),
    )


def at_work(cfg: TaggerConfig, state: TaggerState) -> Tagger:
    """Return a tagger that goes on from a state, and changes it."""
    return Tagger(cfg, state, Calibration(cfg.calibration, state.calibration))


def at_rest(tagger: Tagger) -> TaggerState:
    """Return a tagger's state with all that it has learned."""
    tagger.state.calibration = tagger.calibration.state()
    return tagger.state


def word_places(cfg: TaggerConfig, hashes: Words) -> Ints:
    """Return the places of a post's words: sorted, each once, at most ``max_words``."""
    places = (hashes >> np.uint64(20)) % np.uint64(cfg.words)
    return np.asarray(np.unique(places)[: cfg.max_words], np.int64)


def suggest(tagger: Tagger, places: Ints) -> Suggestions:
    """Return what is sure enough for a post with these words; nothing is learned. O(words x tags).

    A post without words has no suggestions. About 0.03 ms.
    """
    score = _scores(tagger.state, places)
    return _sure(tagger, score, _best(tagger, score))


def suggest_then_learn(tagger: Tagger, places: Ints, tags: Sequence[str]) -> Suggestions:
    """Return what would have been suggested, then learn the tags that the author gave. 0.1 to 0.2 ms.

    Posts must come in one order to give the same state: each one is predicted with all before it. A post
    without words teaches only how frequent its tags are.

    Args:
        tagger: Its state is changed in place.
        places: From `word_places`.
        tags: Canonical (`topics.normalise`), each once; at most ``max_learned`` are used.
    """
    score = _scores(tagger.state, places)
    best = _best(tagger, score)
    found = _sure(tagger, score, best)
    if best:
        _judge(tagger, score, best, found, tags)
    _learn(tagger, places, tags[: tagger.cfg.max_learned], score)
    return found


def _scores(state: TaggerState, places: Ints) -> Scores:
    """Return the probability of each slot; all 0 without words or tags."""
    held = len(state.table.places)
    if not len(places) or not held:
        return np.zeros(len(state.bias), np.float32)
    score: Scores = state.weights[places].sum(axis=0) * _scale(places) + state.bias
    score[held:] = _EMPTY_SCORE  # slots fill from the first one
    score = np.exp(score - score.max())
    score /= score.sum()
    return score


def _scale(places: Ints) -> np.float32:
    """Return the value of each word, so that a long post weighs as much as a short one."""
    return np.float32(1.0 / np.sqrt(len(places)))


def _best(tagger: Tagger, score: Scores) -> list[int]:
    """Return the slots of the likeliest tags that are known well enough, the likeliest first."""
    able = np.where(tag_table.sure(tagger.state.table, tagger.cfg.min_uses), score, np.float32(0.0))
    top = np.argsort(-able, kind="stable")[: tagger.cfg.max_suggested]
    return [at for at in top.tolist() if able[at] > 0.0]


def _sure(tagger: Tagger, score: Scores, best: Sequence[int]) -> Suggestions:
    if tagger.state.progress.learned < tagger.cfg.warm_up_posts:
        return []
    out = [(tagger.state.table.names[at], tagger.calibration.prob(float(score[at]))) for at in best]
    return [(name, prob) for name, prob in out if prob >= tagger.cfg.min_prob]


def _judge(
    tagger: Tagger, score: Scores, best: Sequence[int], found: Suggestions, tags: Sequence[str]
) -> None:
    """Compare a prediction with the author's tags, and let the calibration learn from it."""
    progress, table = tagger.state.progress, tagger.state.table
    able = np.where(tag_table.sure(table, tagger.cfg.min_uses), table.counts, -1.0)
    progress.judged += 1
    progress.right += table.names[best[0]] in tags
    progress.frequent_right += table.names[int(able.argmax())] in tags
    progress.suggested += bool(found)
    progress.suggested_right += bool(found) and found[0][0] in tags
    for at in best:
        tagger.calibration.learn(float(score[at]), right=table.names[at] in tags)


def _learn(tagger: Tagger, places: Ints, tags: Sequence[str], score: Scores) -> None:
    cfg, state = tagger.cfg, tagger.state
    slots, changed = [], False
    for tag in tags:
        at, new = tag_table.use(state.table, tag)
        changed |= new
        if new:
            state.weights[:, at] = 0.0
            state.bias[at] = 0.0
        slots.append(at)
    if slots and len(places):
        wanted = np.zeros(len(state.bias), np.float32)
        wanted[slots] = 1.0
        wanted /= wanted.sum()
        gap = wanted - (_scores(state, places) if changed else score)
        scale = _scale(places)
        state.steps[places] += np.float32((gap * gap).sum()) * scale * scale
        step = np.float32(cfg.rate) * scale / np.sqrt(state.steps[places] + _EPSILON)
        state.weights[places] += step[:, None] * gap
        state.bias += np.float32(cfg.rate * _BIAS_RATE) * gap
    state.progress.learned += 1
    if state.progress.learned % cfg.half_life_posts == 0:
        tag_table.halve(state.table)
        state.steps *= np.float32(0.5)

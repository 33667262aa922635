"""Cost and quality of content labels: `python benchmarks/content.py [--posts FILE]`.

Without a file, cost on texts of a seed. FILE is a list of posts as JSON lines with ``text``, ``kind`` and
lists of tags in ``syms`` and ``tags``; then also: which edits keep a near-duplicate id, how many unlike posts
share one, and progressive validation of the tagger beside the most frequent tag.

Cost figures are microseconds a text, the least of several repeats.
"""

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
from river import naive_bayes

from state.language import LanguageConfig, LocalIdentifier
from state.near_dup import near_dup_ids, text_fingerprint
from state.simhash import simhash
from state.tagger import TaggerConfig, suggest, suggest_then_learn, word_places
from state.tagger_codec import restore, store
from state.text_tokens import Tokens, tokens
from state.topics import normalise

_STORY = (
    "the market opens lower after weak jobs report and nobody knows why prices of coffee went up again this "
    "morning while friends told stories about travel music garden weather football kitchen science history"
)
_LEAST_WORDS = 5
_FOR_RIVER = 1500  # posts; its cost grows with the tags it knows
_ALIKE = 0.5  # Jaccard similarity of the words of two posts


def _texts(n: int, rng: np.random.Generator) -> list[str]:
    return [" ".join(rng.choice(_STORY.split(), 17)) for _ in range(n)]


def _us(work: Callable[[], object], n: int, repeats: int = 7) -> float:
    work()
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        took.append((time.perf_counter() - start) / n * 1e6)
    return round(min(took), 2)


def cost(texts: list[str], n: int) -> dict[str, float]:
    """Microseconds a text in batches of n."""
    column = pa.array(texts[:n], pa.string())
    found = tokens(column)
    identifier = LocalIdentifier()
    return {
        "characters": round(float(np.mean([len(text) for text in texts[:n]])), 1),
        "tokens": _us(lambda: tokens(column), n),
        "near_dup_ids": _us(lambda: near_dup_ids(found), n),
        "text_fingerprint": _us(lambda: text_fingerprint(column), n),
        "simhash": _us(lambda: simhash(found), n),
        "language": _us(lambda: identifier.identify(column), n),
    }


def _edit(text: str, kind: str, rng: np.random.Generator) -> str:
    words = text.split()
    at = int(rng.integers(len(words)))
    if kind == "remark":
        return f"{text} {rng.choice(['lol', 'wow check this out', 'via me', '!!!', 'great', 'indeed'])}"
    if kind == "replace":
        words[at] = f"word{chr(97 + int(rng.integers(26)))}"
    elif kind == "delete":
        del words[at]
    elif kind == "typo":
        place = int(rng.integers(len(text)))
        return f"{text[:place]}q{text[place + 1 :]}"
    elif kind == "repost":
        return f"RT @someone: {text}"
    elif kind == "cut":
        return f"{text[: int(len(text) * 0.9)]}…"
    else:
        return f"{text} https://example.com/abc"
    return " ".join(words)


def kept_ids(texts: list[str], seed: int) -> dict[str, float]:
    """Share of posts whose id stays the same under each edit."""
    rng = np.random.default_rng(seed)
    some = [text for text in rng.permutation(texts).tolist()[:8000] if len(text.split()) >= _LEAST_WORDS]
    before = text_fingerprint(pa.array(some))
    kinds = ("link", "cut", "repost", "remark", "delete", "typo", "replace")
    after = {kind: text_fingerprint(pa.array([_edit(text, kind, rng) for text in some])) for kind in kinds}
    return {kind: round(float((before == ids).mean()), 3) for kind, ids in after.items()}


def wrong_ids(texts: list[str], seed: int) -> dict[str, float]:
    """Shared ids, and the share of them under which two posts with few common words were found."""
    found = tokens(pa.array(texts))
    groups: dict[int, list[int]] = defaultdict(list)
    for row, value in enumerate(near_dup_ids(found).tolist()):
        if found.offsets[row + 1] - found.offsets[row] >= _LEAST_WORDS:
            groups[value].append(row)
    shared = [rows for rows in groups.values() if len(rows) > 1]
    rng = np.random.default_rng(seed)
    unlike = sum(_jaccard(found, *rng.choice(rows, 2, replace=False).tolist()) < _ALIKE for rows in shared)
    return {
        "posts": sum(map(len, groups.values())),
        "shared_ids": len(shared),
        "unlike": round(unlike / max(len(shared), 1), 3),
    }


def _jaccard(found: Tokens, left: int, right: int) -> float:
    a, b = (set(found.hashes[found.offsets[i] : found.offsets[i + 1]].tolist()) for i in (left, right))
    return len(a & b) / len(a | b)


def tags(posts: list[dict[str, list[str]]], texts: list[str], cfg: TaggerConfig) -> dict[str, float]:
    """Progressive validation: every post is predicted, then learned."""
    found = tokens(pa.array(texts))
    tagger = restore(cfg, None)
    took = learned = 0.0
    for i, post in enumerate(posts):
        given = list(dict.fromkeys(filter(None, map(normalise, post["syms"] + post["tags"]))))
        if given:
            places = word_places(cfg, found.hashes[found.offsets[i] : found.offsets[i + 1]])
            start = time.perf_counter()
            suggest_then_learn(tagger, places, given)
            took += time.perf_counter() - start
            learned += 1
    p = tagger.state.progress
    return {
        "judged": p.judged,
        "precision_at_1_of_all": round(p.right / p.judged, 3),
        "most_frequent_tag": round(p.frequent_right / p.judged, 3),
        "coverage": round(p.suggested / p.judged, 3),
        "precision_at_1_of_suggested": round(p.suggested_right / p.suggested, 3),
        "us_to_predict_and_learn": round(took / learned * 1e6, 1),
        "us_to_predict": _us(lambda: suggest(tagger, places), 1, 200),
        "state_bytes": len(store(tagger)),
        "us_to_store": _us(lambda: store(tagger), 1, 50),
    }


def river_bayes(posts: list[dict[str, list[str]]], texts: list[str]) -> dict[str, float]:
    """The same with River's multinomial naive Bayes on the same words: unbounded, and slow with many tags."""
    found = tokens(pa.array(texts))
    model = naive_bayes.MultinomialNB(alpha=1.0)
    known: set[str] = set()
    right = judged = learned = 0
    start = time.perf_counter()
    for i, post in enumerate(posts):
        given = list(dict.fromkeys(filter(None, map(normalise, post["syms"] + post["tags"]))))
        words = {int(value) % 4096: 1 for value in found.hashes[found.offsets[i] : found.offsets[i + 1]]}
        if given and words:
            probs = model.predict_proba_one(words)
            judged += bool(probs)
            right += bool(probs) and max(probs, key=probs.__getitem__) in given
            for tag in given:
                model.learn_one(words, tag)
            known.update(given)
            learned += 1
    took = time.perf_counter() - start
    return {
        "judged": judged,
        "precision_at_1_of_all": round(right / judged, 3),
        "tags": len(known),
        "us_to_predict_and_learn": round(took / learned * 1e6, 1),
    }


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    made = _texts(10_000, np.random.default_rng(options.seed))
    out: dict[str, object] = {f"cost_made_{n}": cost(made, n) for n in (1, 100, 1000, 10_000)}
    if options.posts:
        with gzip.open(options.posts, "rt", encoding="utf-8") as lines:
            posts = [json.loads(line) for line in lines]
        posts = [post for post in posts if post["kind"] != "retweet"]
        texts = [post["text"] for post in posts]
        distinct = list(dict.fromkeys(texts))
        out["cost_posts_1000"] = cost(texts, 1000)
        out["kept_ids"] = kept_ids(distinct, options.seed)
        out["wrong_ids"] = wrong_ids(distinct, options.seed)
        found = LocalIdentifier(LanguageConfig()).identify(pa.array(texts))
        out["languages"] = {name: found.codes.count(name) for name in ("en", "und", "zxx", "es")}
        out["tagger"] = tags(posts, texts, TaggerConfig())
        few = _FOR_RIVER
        out["tagger_first_posts"] = tags(posts[:few], texts[:few], TaggerConfig())
        out["river_first_posts"] = river_bayes(posts[:few], texts[:few])
    print(json.dumps(out, indent=1))


if __name__ == "__main__":
    main()

"""Laws of the evidence of gaming: shares are shares, a plain loop says the same, and pieces do not matter."""

from collections.abc import Sequence
from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state.contributions import CONTRIBUTION, USER_SPACE, Contributions, folded, joined
from state.pane_rows import pane_rows
from state.spam_flags import Evidence, evidence

MANY = 1 << 20
_WRITES = 1000
Act = tuple[
    str, int, int, int, int, int, bool
]  # topic, language, user, post, weight in milli, trust in tenths, undo
acts = st.lists(
    st.tuples(
        st.sampled_from(["tea", "rain"]),
        st.integers(1, 2),
        st.integers(1, 9),
        st.integers(1, 6),
        st.sampled_from([20, 300, _WRITES]),
        st.sampled_from([0, 1, 5, 10]),
        st.booleans(),
    ),
    min_size=1,
    max_size=60,
)


def _text(post: int) -> int:
    """Every second post repeats the one before."""
    return 100 + post // 2


def _content(act: Act) -> int:
    """Who writes a post names its text, who likes it only the post."""
    return _text(act[3]) if act[4] == _WRITES else act[3]


def _centi(act: Act) -> int:
    return max(round(act[4] * act[5] / 100), min(act[5], 1))


def _piece(some: Sequence[Act]) -> Contributions:
    topics = sorted({act[0] for act in some})
    rows = np.zeros(len(some), CONTRIBUTION)
    for i, act in enumerate(some):
        topic, lang, user, post, milli, _, undo = act
        sign = -1 if undo else 1
        rows[i]["topic"], rows[i]["lang"] = topics.index(topic), lang
        rows[i]["user"] = user * (USER_SPACE // 10)
        rows[i]["item"], rows[i]["fingerprint"], rows[i]["events"] = post, _content(act), 1
        rows[i]["centi"], rows[i]["milli"] = sign * _centi(act), sign * milli
    return Contributions(7, topics, rows)


def _found(pieces: Sequence[Contributions], limit: int = MANY) -> tuple[list[str], Evidence]:
    rows = pane_rows(folded(joined(pieces), limit), 1.0)
    return rows.keys, evidence(rows, rows.source)


def _same(a: tuple[list[str], Evidence], b: tuple[list[str], Evidence]) -> bool:
    return a[0] == b[0] and all(
        np.array_equal(getattr(a[1], f.name), getattr(b[1], f.name)) for f in fields(Evidence)
    )


@given(acts, st.randoms(use_true_random=False), st.integers(1, 5), st.sampled_from([3, MANY]))
def test_order_and_cut_of_pieces_change_nothing(
    some: list[Act], random: object, cuts: int, limit: int
) -> None:
    """Pieces come in any order and size, folded before or not, also when only a sample of people is kept."""
    mixed = list(some)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    parts = [_piece(mixed[i::cuts]) for i in range(cuts) if mixed[i::cuts]]
    whole = _found([_piece(some)], limit)
    assert _same(_found(parts, limit), whole)
    assert _same(_found([folded(part, limit) for part in parts], limit), whole)


@given(acts, st.sampled_from([3, MANY]))
def test_shares_are_shares(some: list[Act], limit: int) -> None:
    """From 0 to 1, whatever was done and undone."""
    found = _found([_piece(some)], limit)[1]
    for name in ("duplicate_ratio", "mean_trust", "top_user_share", "low_trust_share"):
        values = getattr(found, name)
        assert ((values >= 0) & (values <= 1)).all(), name
    assert (found.top_posts <= found.posts).all()


@given(acts)
def test_a_plain_loop_says_the_same(some: list[Act]) -> None:
    """For the scope of everybody, with dictionaries and sets."""
    keys, found = _found([_piece(some)])
    for topic in {act[0] for act in some}:
        left: dict[tuple[int, int, int], list[int]] = {}
        for act in some:
            if act[0] == topic:
                sign = -1 if act[6] else 1
                sums = left.setdefault((act[2], act[3], _content(act)), [0, 0])
                sums[0] += sign * _centi(act)
                sums[1] += sign * act[4]
        kept = {deed: (max(centi, 0), milli) for deed, (centi, milli) in left.items() if milli > 0}
        people = {user for user, _, _ in kept}
        trusted = {user: sum(c for (u, _, _), (c, _) in kept.items() if u == user) for user in people}
        weight = {user: sum(m for (u, _, _), (_, m) in kept.items() if u == user) for user in people}
        posts = {post for _, post, _ in kept}
        top = max(trusted.values(), default=0)
        does = [len({p for u, p, _ in kept if u == user}) for user in people if trusted[user] == top]
        i = keys.index(f"{topic}\x1fglobal")
        assert found.users[i] == len(people)
        assert found.posts[i] == len(posts)
        assert found.top_posts[i] == max(does, default=0)
        written = {post for _, post, content in kept if content != post}
        contents = {_text(post) if post in written else post for post in posts}
        assert np.isclose(found.duplicate_ratio[i], 1 - len(contents) / len(posts) if posts else 0.0)
        mean = 10 * sum(trusted.values()) / sum(weight.values()) if people else 1.0
        assert np.isclose(found.mean_trust[i], min(mean, 1.0))
        assert np.isclose(found.top_user_share[i], top / max(sum(trusted.values()), 1))
        hardly = sum(10 * trusted[user] <= 0.3 * weight[user] for user in people)
        assert np.isclose(found.low_trust_share[i], hardly / max(len(people), 1))

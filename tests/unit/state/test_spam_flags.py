"""Evidence of gaming: what it measures, and when it is enough for a word."""

from collections.abc import Iterable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from state.contributions import CONTRIBUTION, Contributions, folded
from state.pane_rows import KEY_SEPARATOR, PaneRows, pane_rows
from state.runs import starts
from state.spam_flags import (
    DUPLICATES,
    LOW_TRUST,
    NEW_ACCOUNTS,
    ONE_ACCOUNT,
    Evidence,
    evidence,
    explained,
)
from state.summary import Deeds, summarise
from state.topic_kinds import Kind, typed
from tests.support.trend_records import a_record

Deed = tuple[int, int, int, float, float]  # user, post, content, weight, trust


def _rows(topics: list[list[Deed]]) -> PaneRows:
    """A pane with one row for each list of deeds."""
    flat = sorted((i, *deed) for i, deeds in enumerate(topics) for deed in deeds)
    table = np.array(flat, np.float64).reshape(-1, 6)
    row, user, item, content = (table[:, k].astype(np.int64) for k in range(4))
    milli = np.rint(1000 * table[:, 4]).astype(np.int64)
    centi = np.rint(100 * table[:, 4] * table[:, 5]).astype(np.int64)
    order = np.lexsort((content, user, row))
    deeds = Deeds(row[order], user[order], content[order], centi[order], milli[order], item[order])
    n = len(topics)
    assert len(starts(deeds.row)) <= n
    return PaneRows(
        pane=1,
        keys=[f"t{i}{KEY_SEPARATOR}global" for i in range(n)],
        topics=[f"t{i}" for i in range(n)],
        scopes=["global"] * n,
        milli=np.zeros(n, np.int64),
        events=np.zeros(n, np.int64),
        who=summarise(deeds, np.full(n, 1 << 48)),
        source=np.arange(n),
        deeds=deeds,
        deed_rows=n,
    )


def _flags(deeds: Iterable[Deed]) -> tuple[str, ...]:
    rows = _rows([list(deeds)])
    (record,) = explained(rows, [a_record("t0")], np.zeros(1, np.int64))
    return record.flags


def test_many_people_with_words_of_their_own_are_above_suspicion() -> None:
    """Also when many of them like the same post: one post is no copy."""
    posts = [(u, u, u, 1.0, 1.0) for u in range(10)]
    likes = [(u, 3, 3, 0.3, 1.0) for u in range(20, 60)]
    assert _flags([*posts, *likes]) == ()


def test_one_text_in_many_posts_is_a_pattern() -> None:
    """Whoever posts it; likes of it do not make it one."""
    assert _flags((u, u, 7, 1.0, 1.0) for u in range(10)) == (DUPLICATES,)
    assert _flags((u, u, u % 4, 1.0, 1.0) for u in range(8)) == ()


def test_one_loud_account_is_a_pattern() -> None:
    """It did more than all others together."""
    loud = [(1, 100 + k, 100 + k, 1.0, 1.0) for k in range(20)]
    assert _flags([*loud, *((u, u, u, 1.0, 1.0) for u in range(2, 6))]) == (ONE_ACCOUNT,)


def test_one_post_with_many_onlookers_is_what_posts_are_like() -> None:
    """Its author has nearly all the weight, and did one thing."""
    assert _flags([(1, 1, 1, 1.0, 1.0), *((u, 1, 1, 0.02, 1.0) for u in range(2, 12))]) == ()
    views = [(u, post, post, 0.02, 1.0) for u in range(2, 7) for post in range(1, 7)]
    assert _flags([(1, 1, 1, 1.0, 1.0), *views]) == ()


def test_one_account_alone_is_one_account() -> None:
    """The pattern is in what it did, not in how many people did it; five posts are the least."""
    assert _flags((1, k, k, 1.0, 1.0) for k in range(5)) == (ONE_ACCOUNT,)
    assert _flags((1, k, k, 1.0, 1.0) for k in range(4)) == ()


def test_who_repeats_has_company() -> None:
    """One text of four people is no pattern of many, however often they post it."""
    assert _flags((u, 10 * u + k, 7, 1.0, 1.0) for u in range(4) for k in range(3)) == ()
    assert _flags((u, 10 * u + k, 7, 1.0, 1.0) for u in range(5) for k in range(3)) == (DUPLICATES,)


def test_likes_do_not_hide_copies() -> None:
    """A post is known by its text, a like of it by the post: they are one content."""
    copies = [(1, user, user, 77, 100, 1000) for user in range(1, 11)]
    likes = [(1, user + 20, user, user, 30, 300) for user in range(1, 11)]
    assert _cells([*copies, *likes]).duplicate_ratio[0] == 1 - 1 / 10


def test_the_audience_of_a_creator_repeats_nothing() -> None:
    """There each person is a content of their own, whatever the posts say."""
    fans = [(1, fan, 10 * fan + k, fan, 30, 300) for fan in range(1, 7) for k in range(3)]
    assert _cells(fans, "tag").duplicate_ratio[0] == 1 - 6 / 18
    assert _cells(fans, "creator").duplicate_ratio[0] == 0.0


def test_short_lists_of_tags_are_not_taken_for_new_accounts() -> None:
    """Each of k tags gets 1 / sqrt(k) of the weight: settled accounts with ten tags are above suspicion."""
    assert _flags((u, u, u, 1.0, 10**-0.5) for u in range(20)) == ()
    assert _flags((u, u, u, 1.0, 11**-0.5) for u in range(20)) == (NEW_ACCOUNTS,)
    assert _flags((u, u, u, 1.0, 16**-0.5) for u in range(20)) == (LOW_TRUST, NEW_ACCOUNTS)


def test_accounts_that_nobody_knows_are_a_pattern() -> None:
    """Low on average, and one by one."""
    assert _flags((u, u, u, 1.0, 0.1) for u in range(10)) == (LOW_TRUST, NEW_ACCOUNTS)
    half = [(u, u, u, 1.0, 0.1 if u % 2 else 1.0) for u in range(10)]
    assert _flags(half) == (NEW_ACCOUNTS,)


def test_four_people_are_no_pattern() -> None:
    """Whatever they look like."""
    assert _flags((u, u, 7, 1.0, 0.1) for u in range(4)) == ()


DEEDS = st.lists(
    st.tuples(
        st.integers(0, 9), st.integers(0, 9), st.integers(0, 5),
        st.sampled_from([0.02, 0.3, 1.0]), st.sampled_from([0.0, 0.1, 0.5, 1.0]),
    ),
    max_size=30,
)  # fmt: skip


@given(topics=st.lists(DEEDS, min_size=1, max_size=4), seed=st.integers(0, 99))
def test_shares_are_shares_and_rows_do_not_know_each_other(topics: list[list[Deed]], seed: int) -> None:
    """Alone or beside others, in any order, a row has the same evidence."""
    rows = _rows(topics)
    order = np.random.default_rng(seed).permutation(len(topics))
    found = evidence(rows, order)
    for name in ("duplicate_ratio", "mean_trust", "top_user_share", "low_trust_share"):
        values = getattr(found, name)
        assert ((values >= 0) & (values <= 1)).all()
        alone = [getattr(evidence(_rows([topics[i]]), np.zeros(1, np.int64)), name)[0] for i in order]
        assert values.tolist() == alone


def _cells(deeds: Iterable[tuple[int, int, int, int, int, int]], kind: Kind = "tag") -> Evidence:
    """Evidence of one topic in the global scope: deeds are (language, user, post, content, centi, milli)."""
    table = list(deeds)
    rows = np.zeros(len(table), CONTRIBUTION)
    for i, (lang, user, item, content, centi, milli) in enumerate(table):
        rows[i]["lang"], rows[i]["user"], rows[i]["item"], rows[i]["fingerprint"] = lang, user, item, content
        rows[i]["centi"], rows[i]["milli"], rows[i]["events"] = centi, milli, 1
    whole = pane_rows(folded(Contributions(1, [typed(kind, "t")], rows), 1000), 1.0)
    return evidence(whole, whole.source[[whole.scopes.index("global")]])


def test_what_people_took_back_is_gone_in_whatever_language_they_did() -> None:
    """A like from a page in one language, taken back from a page in another."""
    likes = [(1, user, 5, 5, 30, 300) for user in range(1, 9)]
    undone = [(2, user, 5, 5, -30, -300) for user in range(1, 9)]
    found = _cells([*likes, *undone, (1, 20, 6, 6, 100, 1000)])
    assert (found.users[0], found.posts[0], found.top_user_share[0]) == (1, 1, 1.0)


def test_robots_are_accounts_that_are_not_trusted() -> None:
    """Counting gives them nothing; the evidence says that they were there."""
    robots = [(1, user, user, 9, 0, 1000) for user in range(1, 9)]
    people = [(1, user, user, user, 100, 1000) for user in range(20, 24)]
    found = _cells([*robots, *people])
    assert found.users[0] == 12
    assert found.low_trust_share[0] == 8 / 12
    assert found.mean_trust[0] == 4 / 12
    assert found.top_user_share[0] == 1 / 4
    assert found.duplicate_ratio[0] == 1 - 5 / 12

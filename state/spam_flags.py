"""Evidence of gaming behind a pane of a topic, and the words for what is suspicious. It hides nothing.

Counting already makes copies, loud accounts and new accounts weigh little. This is for people who want to
know why, and for the gate before the list for everybody: a flag means that a person looks again.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from msgspec.structs import replace

from schemas.served import TrendRecord
from state.exact import Floats, Ints
from state.pane_rows import PaneRows
from state.runs import run_of, starts, sums
from state.shard_correction import CORRECTED, REVIEWED
from state.topic_kinds import AUDIENCE_KINDS, kind_of

DUPLICATES, ONE_ACCOUNT, LOW_TRUST, NEW_ACCOUNTS = "duplicates", "one account", "low trust", "new accounts"
FLAGS: Final = (DUPLICATES, ONE_ACCOUNT, LOW_TRUST, NEW_ACCOUNTS)

# Which numbers are suspicious. Set on seed 11 of benchmark B9 and judged on others, see
# docs/explanation/trend-evaluation.md.
MIN_USERS: Final = 5  # fewer people are no pattern, for all flags but that of one account
MIN_POSTS: Final = 5  # of all, for duplicates; of the strongest account, for one account
# Three posts of five repeat another: quotations of one phrase stay below, copied texts come to .93 and more.
_DUPLICATES_FROM: Final = 0.6
# As much as all others together. Alone this says nothing, any post beside likes and views has it: more than
# a third of the panes of everyday topics. So the account must also have touched MIN_POSTS posts.
_ONE_ACCOUNT_FROM: Final = 0.5
# New accounts come to .15 with their surroundings, everyday topics are below .25 in six panes of a thousand;
# a settled account gets there with a list of sixteen tags.
_LOW_TRUST_TO: Final = 0.25
_NEW_ACCOUNTS_FROM: Final = 0.5  # every second account
# A settled account that nobody follows has .3, and a followed one with a list of eleven tags.
_HARDLY_TRUSTED: Final = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One element per record, of its newest pane; what people took back is not counted.

    Counts and the first and third share are exact as long as nobody is missing from the row
    (``Summary.exact``); beyond ``user_limit`` people all are those of the sample that was kept.

    Attributes:
        users: People who did something that counts, robots among them.
        posts: Distinct posts: new ones, and those that were shared, liked, answered.
        duplicate_ratio: 1 - distinct contents / distinct posts: how many posts repeat another. 0 to 1. A
            post that was written in another pane is a content of its own.
            Always 0 for posts, creators and queries, where each person is counted as a content.
        mean_trust: Trusted weight over weight, 0 to 1: the weighted mean of the accounts' trust, up to
            rounding, when each event named one topic of the kind. An event with k topics gives each
            1 / sqrt(k) of its weight, so lists of tags lower it. Weights are kept in hundredths, at least
            one: a view by an account of little trust looks like trust of one half. 1 when nobody is left.
        top_user_share: Part of the strongest account in the trusted weight, 0 to 1, before the cap.
        top_posts: Distinct posts that the strongest account made or touched.
        low_trust_share: Part of the people whose weight counts for at most three tenths, 0 to 1; as exact as
            mean_trust.
    """

    users: Ints
    posts: Ints
    duplicate_ratio: Floats
    mean_trust: Floats
    top_user_share: Floats
    top_posts: Ints
    low_trust_share: Floats


def explained(rows: PaneRows, records: list[TrendRecord], sources: Ints) -> list[TrendRecord]:
    """Return records with their evidence. O(n log n) for what users did in their rows.

    Args:
        rows: What was counted.
        records: Records of some rows.
        sources: ``PaneRows.source`` of each.
    """
    if not records:
        return records
    found = evidence(rows, sources)
    shares = (found.duplicate_ratio, found.mean_trust, found.top_user_share, found.low_trust_share)
    told = zip(records, *(np.round(share, 3).tolist() for share in shares), flags(found), strict=True)
    return [
        replace(
            record,
            duplicate_ratio=copies,
            mean_trust=trust,
            top_user_share=top,
            low_trust_share=low,
            flags=words,
        )
        for record, copies, trust, top, low, words in told
    ]


def remembered(before: TrendRecord, now: TrendRecord) -> TrendRecord:
    """Return the newest record of a topic; a correction counted nobody, so its evidence is the one before."""
    if now.reasons[:1] not in ((CORRECTED,), (REVIEWED,)):
        return now
    return replace(
        now,
        duplicate_ratio=before.duplicate_ratio,
        mean_trust=before.mean_trust,
        top_user_share=before.top_user_share,
        low_trust_share=before.low_trust_share,
        flags=before.flags,
    )


def evidence(rows: PaneRows, sources: Ints) -> Evidence:
    """Return the evidence of some rows; ``sources`` are their ``PaneRows.source``. O(n log n)."""
    n = len(sources)
    left = _left(rows, sources)
    row, first = left.row, starts(left.row, left.user)
    of_user, trusted, weight = row[first], sums(left.centi, first), sums(left.milli, first)
    users, total = np.bincount(of_user, minlength=n), np.bincount(of_user, trusted, minlength=n)
    all_weight = np.bincount(of_user, weight, minlength=n)
    top = np.zeros(n)
    np.maximum.at(top, of_user, trusted)
    does = np.bincount(run_of(first, len(row))[starts(row, left.user, left.item)], minlength=len(first))
    strongest = trusted == top[of_user]
    top_posts = np.zeros(n, np.int64)
    np.maximum.at(top_posts, of_user[strongest], does[strongest])
    hardly = 10 * trusted <= _HARDLY_TRUSTED * weight
    posts, contents = _posts(left, n)
    return Evidence(
        users=users,
        posts=posts,
        duplicate_ratio=np.where(
            (posts > 0) & _by_content(rows, sources), 1.0 - contents / np.maximum(posts, 1), 0.0
        ),
        mean_trust=np.where(users > 0, np.minimum(10.0 * total / np.maximum(all_weight, 1), 1.0), 1.0),
        top_user_share=top / np.maximum(total, 1.0),
        top_posts=top_posts,
        low_trust_share=np.bincount(of_user[hardly], minlength=n) / np.maximum(users, 1),
    )


def flags(found: Evidence) -> list[tuple[str, ...]]:
    """Return what is suspicious about each element, in the order of ``FLAGS``."""
    many = found.users >= MIN_USERS
    tests = np.stack(
        [
            many & (found.posts >= MIN_POSTS) & (found.duplicate_ratio >= _DUPLICATES_FROM),
            (found.top_posts >= MIN_POSTS) & (found.top_user_share >= _ONE_ACCOUNT_FROM),
            many & (found.mean_trust <= _LOW_TRUST_TO),
            many & (found.low_trust_share >= _NEW_ACCOUNTS_FROM),
        ]
    )
    out: list[tuple[str, ...]] = [()] * len(many)
    for i in np.flatnonzero(tests.any(axis=0)).tolist():
        out[i] = tuple(
            word for word, suspicious in zip(FLAGS, tests[:, i].tolist(), strict=True) if suspicious
        )
    return out


@dataclass(frozen=True, slots=True)
class _Left:
    """What was not taken back, sorted by row, user, post and content; ``row`` is the place in ``sources``."""

    row: Ints
    user: Ints
    item: Ints
    content: Ints
    centi: Ints
    milli: Ints


def _left(rows: PaneRows, sources: Ints) -> _Left:
    """Sum what each person did to a post, for some rows.

    Who asks in two languages has two deeds: something can be done in one and undone in the other.
    """
    deeds = rows.deeds
    number = np.full(rows.deed_rows, -1, np.int64)
    number[sources] = np.arange(len(sources))
    mine = np.flatnonzero(number[deeds.row] >= 0)
    # Deeds come sorted by row, user and content, so only the posts of a person have to be put in order.
    person = run_of(starts(deeds.row[mine], deeds.user[mine]), len(mine))
    mine = mine[np.argsort((person << 32) | deeds.item[mine], kind="stable")]
    row, user = deeds.row[mine], deeds.user[mine]
    item, content = deeds.item[mine], deeds.fingerprint[mine]
    first = starts(row, user, item, content)
    centi, milli = sums(deeds.centi[mine], first), sums(deeds.milli[mine], first)
    there = milli > 0
    kept = first[there]
    return _Left(
        number[row[kept]], user[kept], item[kept], content[kept], np.maximum(centi[there], 0), milli[there]
    )


def _posts(left: _Left, n: int) -> tuple[Ints, Ints]:
    """Return the distinct posts of each row, and their distinct contents.

    Who writes a post names its text, who likes it only the post. So a post's content is what any deed of
    the pane calls other than the post itself; without one it is a content of its own.
    """
    post = (left.row << 32) | left.item
    order = np.argsort(post)
    first = starts(post[order])
    text = np.where(left.content == left.item, -1, left.content)[order]
    named = np.maximum.reduceat(text, first) if len(first) else text
    row, item = left.row[order][first], left.item[order][first]
    contents = np.unique((row << 32) | np.where(named < 0, item, named))
    return np.bincount(row, minlength=n), np.bincount(contents >> 32, minlength=n)


def _by_content(rows: PaneRows, sources: Ints) -> npt.NDArray[np.bool_]:
    """Return whether what is counted as a content is one; elsewhere it is a person."""
    place = np.zeros(rows.deed_rows, np.int64)
    place[rows.source] = np.arange(len(rows.source))
    kinds = [kind_of(rows.topics[i]) for i in place[sources].tolist()]
    return np.array([kind not in AUDIENCE_KINDS for kind in kinds], np.bool_)

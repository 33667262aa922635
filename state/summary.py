"""Who stood behind a topic in a pane: people, contents, and the count that resists gaming."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from state.contributions import USER_SPACE
from state.exact import Floats, Ints
from state.long_pane import earliest, spilled
from state.runs import run_of, starts, sums

SAMPLE_USERS = 8
SAMPLE_FINGERPRINTS = 4
Samples = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Summary:
    """One element per row, a row being a topic in a scope.

    Attributes:
        users: Distinct users.
        exact: The users were counted one by one.
        trusted_users: Distinct users with weight left after undos.
        fingerprints: Distinct contents with weight left.
        micro: The pane's count y x 10^6: sum over contents of log2(1 + capped weight of its users).
        late_micro: What of that counts for the next pane, when the pane is long (``long_pane``).
        top_share: Share of the strongest content in the weight, 0 to 1.
        user_sample: The 8 smallest 32-bit user hashes of trusted users; 0 = none.
        fingerprint_sample: The 4 smallest fingerprints with weight; 0 = none.
    """

    users: Ints
    exact: npt.NDArray[np.bool_]
    trusted_users: Ints
    fingerprints: Ints
    micro: Ints
    late_micro: Ints
    top_share: Floats
    user_sample: Samples
    fingerprint_sample: Samples


@dataclass(frozen=True, slots=True)
class Deeds:
    """What users did, sorted by row, user and fingerprint; one element per contribution.

    Attributes:
        row: Topic in a scope, 0 to n - 1.
        user: 48-bit hash.
        fingerprint: 32-bit hash of the content.
        centi: Trusted weight in hundredths.
        milli: Weight x 1000, whoever it was.
        item: 32-bit hash of the post.
        spill: Part in the next pane, in thousandths (``long_pane``); None = 0 for all.
    """

    row: Ints
    user: Ints
    fingerprint: Ints
    centi: Ints
    milli: Ints
    item: Ints
    spill: Ints | None = None


def summarise(deeds: Deeds, threshold: Ints, user_cap: float = 1.0) -> Summary:
    """Summarise rows, one for each element of ``threshold``.

    A user counts at most ``user_cap`` in a row whatever they did, contents of one fingerprint count by
    the logarithm of their users: one loud user and one copied text stay small. A row does not depend on
    the others. O(n log n).

    Args:
        deeds: Contributions of users below their row's threshold.
        threshold: Hash below which nobody is missing in a row; USER_SPACE = all are there.
        user_cap: What one user can add to a row, 1 = one post.
    """
    n = len(threshold)
    pair = starts(deeds.row, deeds.user, deeds.fingerprint)
    weight = np.maximum(sums(deeds.centi, pair), 0)
    row, user, fingerprint = deeds.row[pair], deeds.user[pair], deeds.fingerprint[pair]
    person = starts(row, user)
    total = sums(weight, person)
    active = total > 0
    person_row = row[person]
    scale = USER_SPACE / threshold
    capped = _capped(weight, total[run_of(person, len(row))], round(100 * user_cap))
    order, first = _contents(row, fingerprint, capped)
    content_row, contents, mass = row[order][first], fingerprint[order][first], sums(capped[order], first)
    worth = np.rint(np.log2(1.0 + mass / 1e6) * 1e6).astype(np.int64)
    late = np.zeros(len(worth), np.int64)
    if deeds.spill is not None and deeds.spill.any():
        late = spilled(worth, earliest(deeds.spill, pair)[order], first)
    all_mass = _per_row(mass, content_row, n)
    top = np.zeros(n, np.int64)
    np.maximum.at(top, content_row, mass)
    return Summary(
        users=_scaled(np.bincount(person_row, minlength=n), scale),
        exact=threshold == USER_SPACE,
        trusted_users=_scaled(np.bincount(person_row[active], minlength=n), scale),
        fingerprints=_scaled(np.bincount(content_row, minlength=n), scale),
        micro=_scaled(_per_row(worth, content_row, n), scale),
        late_micro=_scaled(_per_row(late, content_row, n), scale),
        top_share=top / np.maximum(all_mass, 1),
        user_sample=smallest(user[person[active]] >> 16, person_row[active], n, SAMPLE_USERS),
        fingerprint_sample=smallest(contents, content_row, n, SAMPLE_FINGERPRINTS),
    )


def _capped(weight: Ints, of_user: Ints, cap: int) -> Ints:
    """Return weights in millionths, those of a user scaled down to the cap together.

    Whole numbers: their sums do not depend on their order.
    """
    return np.where(of_user > cap, weight * cap * 10_000 // np.maximum(of_user, 1), weight * 10_000)


def _contents(row: Ints, fingerprint: Ints, micro: Ints) -> tuple[Ints, Ints]:
    """Return (order, first): those with weight, sorted by row and content, and where each content begins."""
    live = np.flatnonzero(micro > 0)
    order = live[np.argsort((row[live] << 32) | fingerprint[live], kind="stable")]
    return order, starts(row[order], fingerprint[order])


def _per_row(values: Ints, row: Ints, n: int) -> Ints:
    """Sum whole numbers by sorted row."""
    out = np.zeros(n, np.int64)
    first = starts(row)
    out[row[first]] = sums(values, first)
    return out


def _scaled(values: Ints, scale: Floats) -> Ints:
    whole: Ints = np.rint(values * scale).astype(np.int64)
    return whole


def smallest(values: Ints, row: Ints, n: int, count: int) -> Samples:
    """Return the ``count`` first values of each row; they come sorted by row and value. 0 = none."""
    out = np.zeros((n, count), np.uint32)
    first = starts(row)
    place = np.arange(len(row)) - first[run_of(first, len(row))]
    low = place < count
    out[row[low], place[low]] = values[low]
    return out

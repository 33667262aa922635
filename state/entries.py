"""Who contributed what to a pane: 12-byte entries that concatenate, and their summary.

One entry says that a user (48-bit hash) touched a content fingerprint (32-bit hash) with a weight in
hundredths. Entries of a pane may come in any order and any number of pieces; the summary is the same.
Large panes are cut to the users with the smallest hashes (a bottom-k sketch), and a marker entry carries
the hash below which nobody is missing. Twelve bytes are sixteen base64 characters without padding, so
encoded pieces may be joined too.

Source: bottom-k sketches, Cohen and Kaplan, PODC 2007; threshold form as in theta sketches.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ENTRY = np.dtype([("user_low", "<u4"), ("user_high", "<u2"), ("fingerprint", "<u4"), ("centi", "<i2")])
USER_SPACE = 1 << 48
MARKER = -32768  # the weight of a marker entry; its user is the threshold
SAMPLE_USERS = 8
SAMPLE_FINGERPRINTS = 4

Entries = npt.NDArray[np.void]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Summary:
    """One row per pane.

    Attributes:
        users: Distinct users.
        exact: The pane was small enough to count them one by one.
        trusted_users: Distinct users with weight left after undos.
        fingerprints: Distinct contents with weight left.
        micro: The pane's count y x 10^6: sum over contents of log2(1 + capped weight of its users).
        top_share: Share of the strongest content in the weight, 0 to 1.
        user_sample: The 8 smallest 32-bit user hashes of trusted users; 0 = none.
        fingerprint_sample: The 4 smallest fingerprints with weight; 0 = none.
    """

    users: Ints
    exact: npt.NDArray[np.bool_]
    trusted_users: Ints
    fingerprints: Ints
    micro: Ints
    top_share: Floats
    user_sample: npt.NDArray[np.uint32]
    fingerprint_sample: npt.NDArray[np.uint32]


def pack(user: npt.NDArray[np.uint64], fingerprint: npt.NDArray[np.uint64], centi: Ints) -> Entries:
    """Make entries from 64-bit hashes and weights in hundredths, -32,767 to 32,767. O(n)."""
    out = np.zeros(len(user), ENTRY)
    short = user >> np.uint64(16)
    out["user_low"] = short & np.uint64(0xFFFFFFFF)
    out["user_high"] = short >> np.uint64(32)
    out["fingerprint"] = fingerprint >> np.uint64(32)
    out["centi"] = centi
    return out


def users_of(entries: Entries) -> Ints:
    """Return the 48-bit user hashes."""
    return entries["user_low"].astype(np.int64) | (entries["user_high"].astype(np.int64) << 32)


def cut(entries: Entries, limit: int) -> Entries:
    """Keep the entries of the ``limit`` users with the smallest hashes, and add a marker if any went.

    Markers that are already there take part. O(n log n).
    """
    users = users_of(entries)
    marker = entries["centi"] == MARKER
    threshold = int(users[marker].min()) if marker.any() else USER_SPACE
    kept = ~marker & (users < threshold)
    distinct = np.unique(users[kept])
    if len(distinct) <= limit and threshold == USER_SPACE:
        return entries
    if len(distinct) > limit:
        threshold = int(distinct[limit])
        kept &= users < threshold
    end = np.zeros(1, ENTRY)
    end["user_low"], end["user_high"], end["centi"] = threshold & 0xFFFFFFFF, threshold >> 32, MARKER
    return np.concatenate([entries[kept], end])


def summarise(entries: Entries, offsets: Ints, user_cap: float = 1.0) -> Summary:
    """Summarise panes; pane i owns entries[offsets[i]:offsets[i + 1]].

    A user counts at most ``user_cap`` in a pane whatever they did, contents of one fingerprint count by
    the logarithm of their users: one loud user and one copied text stay small. The result depends neither
    on the order of entries nor on the other panes. O(n log n) for n entries.
    """
    panes = len(offsets) - 1
    pane = np.repeat(np.arange(panes), np.diff(offsets))
    users = users_of(entries)
    marker = entries["centi"] == MARKER
    threshold = np.full(panes, USER_SPACE, np.int64)
    if marker.any():
        np.minimum.at(threshold, pane[marker], users[marker])
    kept = ~marker & (users < threshold[pane])
    pane, users, fingerprint = pane[kept], users[kept], entries["fingerprint"][kept].astype(np.int64)
    order = np.lexsort((fingerprint, users, pane))
    pane, users, fingerprint = pane[order], users[order], fingerprint[order]
    centi = entries["centi"][kept][order].astype(np.int64)

    pair = _starts(pane, users, fingerprint)
    weight = np.maximum(_sums(centi, pair), 0)
    pane, users, fingerprint = pane[pair], users[pair], fingerprint[pair]
    person = _starts(pane, users)
    total = _sums(weight, person)
    person_pane = pane[person]
    distinct = np.bincount(person_pane, minlength=panes)
    trusted = np.bincount(person_pane[total > 0], minlength=panes)
    user_sample = _smallest(users[person][total > 0] >> 16, person_pane[total > 0], panes, SAMPLE_USERS)

    cap = round(100 * user_cap)
    owner = np.repeat(total, np.diff(np.append(person, len(users))))
    # Micro-units as integers: sums of integers do not depend on their order.
    micro = np.where(owner > cap, weight * cap * 10_000 // np.maximum(owner, 1), weight * 10_000)
    live = micro > 0
    pane, fingerprint, micro = pane[live], fingerprint[live], micro[live]
    order = np.lexsort((fingerprint, pane))
    pane, fingerprint, micro = pane[order], fingerprint[order], micro[order]
    content = _starts(pane, fingerprint)
    mass = _sums(micro, content)
    content_pane = pane[content]
    worth = np.rint(np.log2(1.0 + mass / 1e6) * 1e6).astype(np.int64)
    y = _per_pane(worth, content_pane, panes)
    mass_of_pane = _per_pane(mass, content_pane, panes)
    top = np.zeros(panes, np.int64)
    np.maximum.at(top, content_pane, mass)

    scale = USER_SPACE / threshold
    return Summary(
        users=np.rint(distinct * scale).astype(np.int64),
        exact=threshold == USER_SPACE,
        trusted_users=np.rint(trusted * scale).astype(np.int64),
        fingerprints=np.rint(np.bincount(content_pane, minlength=panes) * scale).astype(np.int64),
        micro=np.rint(y * scale).astype(np.int64),
        top_share=top / np.maximum(mass_of_pane, 1),
        user_sample=user_sample,
        fingerprint_sample=_smallest(fingerprint[content], content_pane, panes, SAMPLE_FINGERPRINTS),
    )


def _starts(*columns: Ints) -> Ints:
    """Return the first index of each run of equal rows in sorted columns."""
    n = len(columns[0])
    first = np.ones(n, np.bool_)
    if n:
        first[1:] = np.any([c[1:] != c[:-1] for c in columns], axis=0)
    return np.flatnonzero(first)


def _sums(values: Ints, starts: Ints) -> Ints:
    return np.add.reduceat(values, starts) if len(starts) else np.zeros(0, np.int64)


def _per_pane(values: Ints, pane: Ints, panes: int) -> Ints:
    out = np.zeros(panes, np.int64)
    np.add.at(out, pane, values)
    return out


def _smallest(values: Ints, pane: Ints, panes: int, count: int) -> npt.NDArray[np.uint32]:
    """Return the ``count`` smallest values of each pane; values come sorted by pane. 0 = none."""
    order = np.lexsort((values, pane))
    values, pane = values[order], pane[order]
    begin = np.searchsorted(pane, np.arange(panes))
    place = np.arange(len(values)) - begin[pane] if len(values) else np.zeros(0, np.int64)
    out = np.zeros((panes, count), np.uint32)
    first = place < count
    out[pane[first], place[first]] = values[first]
    return out

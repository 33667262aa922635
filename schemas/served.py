"""Redis keys and values: the contract between the jobs that write and everybody who reads.

======================================================  ====  ========================================
key                                                     type  content
======================================================  ====  ========================================
``groundswell:v1:trend:{<kind>|<scope>}:all``           ZSET  topic -> rank (log2 strength, time-free)
``groundswell:v1:trend:{<kind>|<scope>}:allowed``       ZSET  those of it that may be shown to all
``groundswell:v1:trend:{<kind>|<scope>}:denied``        ZSET  what may not be shown here -> until ms
``groundswell:v1:trend:{<kind>|<scope>}:meta:<topic>``  HASH  ``_v`` fence, ``d`` one TrendRecord
``groundswell:v1:trend:{<kind>|<scope>}:asof``          HASH  ``_v`` fence, ``d`` one AsOf
======================================================  ====  ========================================

A kind is tag, phrase, link, post, creator or query. The as-of record of ``{tag|global}`` is that of all
lists; a list's own is the version of its two sorted sets, which are always replaced together.
Braces are Redis Cluster hash tags: all keys of one list live in one slot. A rank is
``log2(strength at its peak) + peak_ms / half_life_ms``: the order holds at every moment, nobody re-scores.
The strength at ``now_ms`` is ``2 ** (rank - now_ms / half_life_ms)``.

Values are MessagePack arrays whose first element is the layout version, so that any language reads them.
"""

from typing import Final, Literal, TypeVar, get_args

import msgspec

PREFIX = "groundswell:v1:trend"
LAYOUT_VERSION = 1
MAX_SCOPE_CHARS = 80
Kind = Literal["tag", "phrase", "link", "post", "creator", "query"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class ServedError(ValueError):
    """A served value or key is not what this build reads."""


class TrendRecord(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """What readers learn about one topic in one scope.

    Attributes:
        version: Layout of this record.
        topic: Canonical name of the topic, without its kind.
        scope: global, lang:xx, region:XX, both, community:id or tag:name.
        pane_start_ms: The newest pane in this record, event time.
        pane_ms: Length of a pane.
        observed: De-duplicated, trust-weighted count of that pane.
        expected: What the topic's own past made likely for that pane.
        score: About -log10 of the probability of such a pane in the topic's own past.
        z: Surprise in deviations.
        users: Distinct users of the pane.
        events: Events of the pane.
        recent_users: Distinct users of the last hour, counted up to 8 when each pane has fewer.
        first_seen_ms: Start of the pane in which this topic entered the list, event time.
        peak_ms: Start of its strongest pane.
        peak_strength: Strength in that pane.
        rank: The ZSET score.
        alert_ms: Start of the pane of its newest burst alert; 0 = none.
        alert: A burst alert is in force (the topic trends; otherwise it is only rising).
        reasons: Why it is listed, short words; what kept that pane from an alert, each word after
            "no alert: ".
        history: ``observed`` of the last panes, oldest first, silent panes as 0.
        kind: What the topic is: tag, phrase, link, post, creator or query.
        duplicate_ratio: Of the pane's distinct posts, the share that repeats another, 0 to 1. Of tags,
            phrases and links; else 0.
        mean_trust: Mean trust in the accounts behind that pane, by weight, 0 to 1; lists of tags lower it.
        top_user_share: Share of the strongest account in the pane's trusted weight, 0 to 1.
        low_trust_share: Share of that pane's accounts that are new, hardly followed or automated, 0 to 1.
        flags: Which of these are suspicious: duplicates, low trust, one account, new accounts.
        aliases: Other names of the same thing, which have no place of their own.
        related: Topics of the same people at the same time: one event.
        review: Whether people may be shown it: open (no gate), pending, allowed or trusted.
    """

    version: int = LAYOUT_VERSION
    topic: str
    scope: str
    pane_start_ms: int
    pane_ms: int
    observed: float
    expected: float
    score: float
    z: float
    users: int
    events: int
    recent_users: int
    first_seen_ms: int
    peak_ms: int
    peak_strength: float
    rank: float
    alert_ms: int
    alert: bool
    reasons: tuple[str, ...]
    history: tuple[float, ...]
    kind: str = "tag"
    duplicate_ratio: float = 0.0
    mean_trust: float = 1.0
    top_user_share: float = 0.0
    low_trust_share: float = 0.0
    flags: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    review: str = "open"


class AsOf(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """How far a list has come, and what a reader needs to turn ranks into strengths.

    Attributes:
        version: Layout of this record.
        as_of_ms: End of the newest closed pane, event time.
        pane_ms: Length of a pane.
        half_life_ms: Half-life of strengths in the list.
        min_strength: Entries weaker than this are no longer shown.
    """

    version: int = LAYOUT_VERSION
    as_of_ms: int
    pane_ms: int
    half_life_ms: int
    min_strength: float


R = TypeVar("R", TrendRecord, AsOf)

_encoder = msgspec.msgpack.Encoder()
_trend_decoder = msgspec.msgpack.Decoder(TrendRecord)
_as_of_decoder = msgspec.msgpack.Decoder(AsOf)


def list_key(scope: str, kind: str = "tag", *, allowed: bool = False) -> str:
    """Return the key of the ZSET of a kind in a scope: all that trend, or those everybody may be shown.

    Raises:
        ServedError: The scope is empty, too long, or holds a brace or control character; the kind is unknown.
    """
    return f"{PREFIX}:{_tag(scope, kind)}:{'allowed' if allowed else 'all'}"


def denied_key(scope: str, kind: str = "tag") -> str:
    """Return the key of the ZSET of topics that a moderator denied in this scope only -> until when, ms.

    They are in neither list of the scope; who fills it from other scopes leaves them out.
    """
    return f"{PREFIX}:{_tag(scope, kind)}:denied"


def meta_key(scope: str, topic: str, kind: str = "tag") -> str:
    """Return the key of the HASH of one topic in a scope."""
    return f"{PREFIX}:{_tag(scope, kind)}:meta:{topic}"


def as_of_key(scope: str, kind: str = "tag") -> str:
    """Return the key of the HASH that says how far the list of a scope has come."""
    return f"{PREFIX}:{_tag(scope, kind)}:asof"


def encode(record: TrendRecord | AsOf) -> bytes:
    """Encode a record as MessagePack."""
    return _encoder.encode(record)


def decode_trend(raw: bytes) -> TrendRecord:
    """Decode a TrendRecord.

    Raises:
        ServedError: Other bytes, or a newer layout.
    """
    return _decoded(_trend_decoder, raw, "a trend record")


def decode_as_of(raw: bytes) -> AsOf:
    """Decode an AsOf.

    Raises:
        ServedError: Other bytes, or a newer layout.
    """
    return _decoded(_as_of_decoder, raw, "an as-of record")


def fence(seq: int) -> str:
    """Return the fixed-width fence of a sequence number; the larger string is the newer write.

    Raises:
        ServedError: The number is negative or has more than 19 digits.
    """
    if not 0 <= seq < 10**19:
        raise ServedError(f"fence sequence {seq}: expected 0 to 10^19 - 1")
    return f"{seq:019d}"


def _decoded(decoder: "msgspec.msgpack.Decoder[R]", raw: bytes, what: str) -> R:
    """Decode a record of today's layout, or say what it is not."""
    try:
        record = decoder.decode(raw)
    except msgspec.MsgspecError as error:
        raise ServedError(f"not {what} of layout {LAYOUT_VERSION}: {error}; update the reader") from error
    _check(record.version)
    return record


def _tag(scope: str, kind: str) -> str:
    if kind not in KINDS:
        raise ServedError(f"kind {kind!r}: expected one of {', '.join(KINDS)}")
    if not 0 < len(scope) <= MAX_SCOPE_CHARS or any(c in "{}|" or ord(c) <= ord(" ") for c in scope):
        raise ServedError(
            f"scope {scope!r}: expected global, lang:xx or region:XX without braces, bars or spaces"
        )
    return f"{{{kind}|{scope}}}"


def _check(version: int) -> None:
    if version != LAYOUT_VERSION:
        raise ServedError(f"record layout {version}; this build reads {LAYOUT_VERSION}. Update the reader.")

"""Interests from Redis: what the interests job wrote, each read in one round trip."""

from collections.abc import Sequence
from functools import partial

from schemas.served_interests import (
    HEAD_PREFIX,
    INT_PREFIX,
    ITM_PREFIX,
    PAST_MARK,
    HeadRecord,
    InterestRecord,
    ItemRecord,
    PastRecord,
    R,
    decode,
    head_key,
    interest_key,
    item_key,
)
from schemas.served_models import CURRENT_KEY
from serving.interest_store import Ranking
from serving.redis_model_store import pointed
from serving.redis_read import RedisReader, decoded, read

_FIELD = "d"


class RedisInterestStore(RedisReader):
    """Reads interests. Safe for several threads; holds a pool of connections."""

    def interests(self, user: str, model: str) -> InterestRecord | None:
        """Return a person's interests."""
        (raw,) = read(self._client, INT_PREFIX, ("HGET", interest_key(user, model), _FIELD))
        return _decoded(InterestRecord, raw)

    def items(self, items: Sequence[str], model: str) -> list[ItemRecord | None]:
        """Return what is known of items, in their order."""
        commands = [("HGET", item_key(item, model), _FIELD) for item in items]
        return [_decoded(ItemRecord, raw) for raw in read(self._client, ITM_PREFIX, *commands)]

    def head(self, shard: int, model: str) -> HeadRecord | None:
        """Return what scores the people of a shard."""
        (raw,) = read(self._client, HEAD_PREFIX, ("HGET", head_key(shard, model), _FIELD))
        return _decoded(HeadRecord, raw)

    def past(self, user: str, model: str) -> tuple[InterestRecord | None, list[PastRecord]]:
        """Return a person's interests and how they were at earlier moments, oldest first."""
        (flat,) = read(self._client, INT_PREFIX, ("HGETALL", interest_key(user, model)))
        held = flat if isinstance(flat, dict) else dict(zip(flat[::2], flat[1::2], strict=True))
        names = sorted(name for name in held if name.startswith(PAST_MARK.encode()))
        past = (_decoded(PastRecord, held[name]) for name in names)
        return _decoded(InterestRecord, held.get(_FIELD.encode())), [one for one in past if one is not None]

    def ranking(self, user: str, items: Sequence[str], model: str) -> Ranking:
        """Return what is known of a person and of items, and which model is served, in one round trip."""
        keys = [CURRENT_KEY, interest_key(user, model), *(item_key(item, model) for item in items)]
        pointer, person, *found = read(self._client, INT_PREFIX, *(("HGET", key, _FIELD) for key in keys))
        return Ranking(
            pointed(pointer).current,
            _decoded(InterestRecord, person),
            [_decoded(ItemRecord, raw) for raw in found],
        )


def _decoded(kind: type[R], raw: bytes | None) -> R | None:
    return decoded(partial(decode, kind), raw)

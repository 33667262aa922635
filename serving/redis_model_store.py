"""The model registry in Redis: entries that never change, the pointer, and what each model serves."""

from collections.abc import Iterator, Sequence
from typing import Final

from schemas.served import ServedError, fence
from schemas.served_interests import HEAD_PREFIX, HeadRecord, decode, head_key, model_prefix
from schemas.served_models import (
    CURRENT_KEY,
    ENTRIES_KEY,
    UNREGISTERED,
    ModelPointer,
    decode_pointer,
    encode_pointer,
)
from serving.errors import ModelRefusedError, StoreContentError
from serving.redis_read import RedisReader, read
from state import interest_head, model_entry
from state.codec import StateError
from state.model_entry import ModelEntry, ModelEntryError
from state.model_gate import ModelStatus, status_of

MOST_SHARDS: Final = 128  # of people, as the job's options allow
_MOST_KEYS, _SCAN_KEYS = 50_000_000, 1_000
_FIELD = "d"
# KEYS: the pointer.  ARGV: number that it must have (0 = none stored), fence and value to store.
_SWITCH = """
local stored = redis.call('HGET', KEYS[1], '_v')
if (stored or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], '_v', ARGV[2], 'd', ARGV[3])
return 1
"""


class RedisModelStore(RedisReader):
    """Reads and writes the registry. Safe for several threads; holds a pool of connections.

    All methods raise StoreUnavailableError when Redis does not answer and StoreContentError for content that
    this build cannot read.
    """

    def entries(self) -> list[ModelEntry]:
        """Return all models, oldest first."""
        (found,) = read(self._client, ENTRIES_KEY, ("HVALS", ENTRIES_KEY))
        return sorted((_entry(raw) for raw in found), key=lambda one: (one.created_ms, one.name))

    def entry(self, name: str) -> ModelEntry:
        """Return a model.

        Raises:
            ModelRefusedError: There is none of this name.
        """
        (raw,) = read(self._client, ENTRIES_KEY, ("HGET", ENTRIES_KEY, name))
        if raw is None:
            known = ", ".join(one.name for one in self.entries()) or "none"
            raise ModelRefusedError(f"no model is named {name!r}; known: {known}")
        return _entry(raw)

    def create(self, entry: ModelEntry) -> bool:
        """Register a model. Returns False when it is there already, the very same.

        Raises:
            ModelRefusedError: The name stands for another model, or the same settings have another name.
        """
        for one in self.entries():
            if one.name != entry.name and one.tag == entry.tag:
                raise ModelRefusedError(f"these settings are registered already, as {one.name!r} ({one.tag})")
        (new,) = read(
            self._client, ENTRIES_KEY, ("HSETNX", ENTRIES_KEY, entry.name, model_entry.dumps(entry))
        )
        if not new and (held := self.entry(entry.name)).id != entry.id:
            raise ModelRefusedError(
                f"the name {entry.name!r} stands for other settings ({held.tag}); a model never changes: "
                "choose another name"
            )
        return bool(new)

    def restore(self, entries: Sequence[ModelEntry], pointer: ModelPointer) -> tuple[int, bool]:
        """Bring back what was saved; return how many models were new, and whether the pointer was.

        A pointer that is there stays: what was decided since is not undone.

        Raises:
            ModelRefusedError: As ``create``; what came before it in order is registered.
        """
        new = sum(self.create(entry) for entry in entries)
        held = self.pointer()
        if held.number or not pointer.number:
            return new, False
        self.switch(held, pointer)
        return new, True

    def pointer(self) -> ModelPointer:
        """Return which model is served."""
        (raw,) = read(self._client, CURRENT_KEY, ("HGET", CURRENT_KEY, _FIELD))
        return pointed(raw)

    def switch(self, before: ModelPointer, after: ModelPointer) -> None:
        """Store a switch, at once and only while nobody else has switched since ``before`` was read.

        Raises:
            ModelRefusedError: Somebody has; nothing was changed.
        """
        held = fence(before.number) if before.number else ""
        words = (held, fence(after.number), encode_pointer(after))
        (done,) = read(self._client, CURRENT_KEY, ("EVAL", _SWITCH, 1, CURRENT_KEY, *words))
        if not done:
            raise ModelRefusedError(
                "somebody switched the model meanwhile; look at `groundswell models list` and decide again"
            )

    def status(self, tag: str) -> ModelStatus:
        """Return what is served of a model. One round trip."""
        keys = [head_key(shard, tag) for shard in range(MOST_SHARDS)]
        found = read(self._client, HEAD_PREFIX, *(("HGET", key, _FIELD) for key in keys))
        return status_of(_heads(found))

    def drop(self, tag: str) -> int:
        """Remove everything that a model serves and return how many keys. SCAN; never KEYS.

        Raises:
            ModelRefusedError: The model is served, or the one to roll back to.
        """
        pointer = self.pointer()
        if tag in (UNREGISTERED, pointer.current, pointer.previous):
            raise ModelRefusedError("it is served now, or is what a rollback leads to")
        removed, cursor = 0, 0
        for _ in range(_MOST_KEYS // _SCAN_KEYS):
            scan = ("SCAN", cursor, "MATCH", f"{model_prefix(tag)}:*", "COUNT", _SCAN_KEYS)
            ((cursor, keys),) = read(self._client, HEAD_PREFIX, scan)
            if keys:
                removed += sum(read(self._client, HEAD_PREFIX, *(("UNLINK", key) for key in keys)))
            if not cursor:
                break
        return removed


def pointed(raw: bytes | None) -> ModelPointer:
    """Decode a pointer as stored.

    Raises:
        StoreContentError: This build cannot read it.
    """
    try:
        return decode_pointer(raw)
    except ServedError as error:
        raise StoreContentError(f"Redis holds {error}") from error


def _heads(found: list[bytes | None]) -> Iterator[tuple[int, int, interest_head.HeadState]]:
    for shard, raw in enumerate(found):
        if raw is not None:
            try:
                record = decode(HeadRecord, raw)
                yield shard, record.as_of_ms, interest_head.CODEC.loads(record.state)
            except (ServedError, StateError) as error:
                raise StoreContentError(f"Redis holds {error}") from error


def _entry(raw: bytes) -> ModelEntry:
    try:
        return model_entry.loads(raw)
    except ModelEntryError as error:
        raise StoreContentError(f"Redis holds under {ENTRIES_KEY} {error}") from error

"""Records of a batch to posts and dead letters: decode, validate, read the texts, all in columns."""

import msgspec

from flink_jobs._shell.raw_batch import RawBatch, WirePlans
from flink_jobs._shell.read import refusals
from schemas.avro_decode import decode
from schemas.avro_plan import Plan
from schemas.records import RECORDS
from schemas.registry import Registry
from state.content_posts import Post, Readers, posts
from state.exact import Ints
from state.validate import GOOD, verdict

EVENT = "content"
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[str, list[Post]])


class PostReader:
    """Turns raw Kafka records into bundles of posts. One per worker; keeps compiled schemas."""

    def __init__(self, registry: Registry, readers: Readers) -> None:
        self._plans = WirePlans(registry, {RECORDS[EVENT].__name__: EVENT})
        self._readers = readers

    def read(self, batch: RawBatch) -> tuple[list[bytes], list[str]]:
        """Return (bundles, dead letters) of a batch: one bundle for each group of languages.

        Never raises for bad input.

        Raises:
            RegistryUnavailableError: A registry server had to be asked about a schema and did not answer.
        """
        bundles: list[bytes] = []
        letters: list[str] = []
        for plan, members in self._plans.sort(batch):
            if isinstance(plan, str):
                letters += [batch.refused(i, "unreadable", plan) for i in members.tolist()]
            else:
                self._read(plan[1], batch, members, bundles, letters)
        return bundles, letters

    def _read(
        self, plan: Plan, batch: RawBatch, members: Ints, bundles: list[bytes], letters: list[str]
    ) -> None:
        """Add what the records of one schema give."""
        values = [batch.values[i] or b"" for i in members.tolist()]
        columns = decode(plan, values)
        code = verdict(EVENT, columns, batch.record_ms[members])
        found = posts(columns, plan.field("action").symbols, code == GOOD, self._readers)
        bundles += [pack(group, some) for group, some in sorted(found.items())]
        letters += refusals(EVENT, columns, code, batch, members)


def pack(group: str, some: list[Post]) -> bytes:
    """Write a bundle. It lives between two steps only, so it carries no version."""
    return _encoder.encode((group, some))


def unpack(raw: bytes) -> tuple[str, list[Post]]:
    """Read a bundle."""
    return _decoder.decode(raw)

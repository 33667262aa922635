"""Which records of the examples topic belong to requests."""

from groundswell.erasure_sweep import Examples, Place, Request
from groundswell.kafka_read import KafkaRecord

ANN, ODD = Request("r1", "ann", 1_000), Request("r2", "a|b", 1_000)


def _record(offset: int, key: bytes, at_ms: int = 500, value: bytes | None = b"v") -> KafkaRecord:
    return KafkaRecord("interest.examples", 0, offset, at_ms, key, value, ())


def test_the_newest_record_of_each_key_counts() -> None:
    """Tombstones need no tombstone, others' keys and what came after the request stay."""
    examples = Examples({one.user: one for one in (ANN, ODD)})
    examples.read(
        [
            _record(0, b"ann|e1"),
            _record(1, b"ann|e2"),
            _record(2, b"ann|e2", value=None),
            _record(3, b"ann|e3", at_ms=2_000),
            _record(4, b"anna|e4"),
            _record(5, b"a|b|e5"),
            _record(6, b"a|c|e6"),
            _record(7, b"ann"),
        ]
    )
    assert examples.found == {Place(0, b"ann|e1"): ANN, Place(0, b"a|b|e5"): ODD}

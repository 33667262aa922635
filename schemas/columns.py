"""The answer of the batch decoder: columns that are built when they are asked for.

A bad record has neutral values everywhere: 0, "", false, absent, no items. Text of a good record is copied
out of the batch only by `strings`, `codes` and their item forms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from schemas.avro_fields import Items, Numbers, Raw, Spans
from schemas.avro_plan import Field, Plan
from schemas.avro_tape import Bools, Floats, Ints, Tape, Words
from schemas.avro_walk import RecordError, walk
from schemas.errors import ContractError
from schemas.hashing import hash64_at

MAX_REASON_CHARS = 200


@dataclass(frozen=True, slots=True)
class Source:
    """What was decoded, kept so that a reason can be given later."""

    plan: Plan
    values: Sequence[bytes]
    skip: int


class Columns:
    """Columns of one decoded batch. `array.field` names a field of an array of records.

    Attributes:
        n: Number of records.
        ok: Which of them are good.
        names: Fields there are: those of the writer's schema, and of a later reader's, if one was given.
    """

    def __init__(
        self, plan: Plan, tape: Tape, ok: Bools, raws: dict[str, Raw | Items], source: Source
    ) -> None:
        self.n = len(source.values)
        self.ok = ok
        self.names = frozenset(raws)
        self._plan = plan
        self._tape = tape
        self._source = source
        self._raws = raws
        self._all_ok = bool(ok.all())
        self._spans: dict[str, tuple[Ints, Ints]] = {}
        self._items: dict[str, tuple[Ints, Bools | None]] = {}

    def reason(self, row: int) -> str:
        """Why a record is bad, in at most 200 characters; empty for a good one. Reads that record again."""
        if self.ok[row]:
            return ""
        try:
            walk(self._source.plan, bytes(self._source.values[row]), self._source.skip)
        except RecordError as fault:
            return str(fault)[:MAX_REASON_CHARS]
        return "refused by the batch decoder, but readable alone: please report this as a fault"

    def ints(self, name: str) -> Ints:
        """Values of an int or long field."""
        return self._neutral(self._number(name, "int", "long").raw.view(np.int64))

    def symbols(self, name: str) -> Ints:
        """Indexes of an enum field into its symbols."""
        return self._neutral(self._number(name, "enum").raw.view(np.int64))

    def floats(self, name: str) -> Floats:
        """Values of a float or double field."""
        values = _as_floats(self._number(name, "float", "double").raw, self._plan.field(name))
        return values if self._all_ok else np.where(self.ok, values, 0.0)

    def bools(self, name: str) -> Bools:
        """Values of a boolean field."""
        values: Bools = self._number(name, "boolean").raw != 0
        return values & self.ok

    def present(self, name: str) -> Bools:
        """Where a nullable field has a value."""
        raw = self._raw(
            self._plan.field(name), "int", "long", "float", "double", "boolean", "enum", "string", "bytes"
        )
        return self.ok.copy() if raw.present is None else raw.present & self.ok

    def spans(self, name: str) -> tuple[Ints, Ints]:
        """Where the bytes of a string or bytes field lie in the batch: (starts, lengths in bytes)."""
        if name not in self._spans:
            raw = self._raw(self._plan.field(name), "string", "bytes")
            if not isinstance(raw, Spans):
                raise ContractError(f"{name} is not a string")
            self._spans[name] = self._neutral(raw.starts), self._neutral(raw.sizes)
        return self._spans[name]

    def strings(self, name: str) -> pa.StringArray:
        """Text of a string field (of a bytes field a BinaryArray); empty where a nullable one is absent."""
        return self._text(self._plan.field(name), *self.spans(name))

    def codes(self, name: str) -> tuple[Ints, list[str]]:
        """Text of a string field as (code of each record, the distinct texts)."""
        return _encode(self.strings(name))

    def hash64(self, name: str) -> Words:
        """Stable hash of the UTF-8 bytes of a string field; `hashing.hash64` is the same for one string."""
        return hash64_at(self._tape.words, *self.spans(name))

    def items(self, name: str) -> tuple[Ints, Ints, Ints]:
        """Items of an array of strings: (record, start, length in bytes) of each, in order."""
        _, rows, raw, keep = self._inner(name)
        if not isinstance(raw, Spans):
            raise ContractError(f"items of {name} are not strings")
        return (rows, raw.starts, raw.sizes) if keep is None else (rows, raw.starts[keep], raw.sizes[keep])

    def item_strings(self, name: str) -> tuple[Ints, pa.StringArray]:
        """Items of an array of strings: (record, text) of each, in order."""
        rows, starts, sizes = self.items(name)
        return rows, self._text(self._inner(name)[0], starts, sizes)

    def item_codes(self, name: str) -> tuple[Ints, Ints, list[str]]:
        """Items of an array of strings: (record, code) of each, in order, and the distinct texts."""
        rows, text = self.item_strings(name)
        return rows, *_encode(text)

    def item_hash64(self, name: str) -> tuple[Ints, Words]:
        """Items of an array of strings: (record, stable hash) of each, in order."""
        rows, starts, sizes = self.items(name)
        return rows, hash64_at(self._tape.words, starts, sizes)

    def item_ints(self, name: str) -> tuple[Ints, Ints]:
        """Items of an array of ints, longs or enums: (record, value) of each, in order."""
        field, rows, raw, keep = self._inner(name)
        if not isinstance(raw, Numbers) or field.kind not in {"int", "long", "enum"}:
            raise ContractError(f"items of {name} are of type {field.kind}, expected whole numbers or enums")
        values = raw.raw.view(np.int64)
        return rows, values if keep is None else values[keep]

    def item_floats(self, name: str) -> tuple[Ints, Floats]:
        """Items of an array of floats or doubles: (record, value) of each, in order."""
        field, rows, raw, keep = self._inner(name)
        if not isinstance(raw, Numbers) or field.kind not in {"float", "double"}:
            raise ContractError(f"items of {name} are of type {field.kind}, expected floats or doubles")
        values = _as_floats(raw.raw, field)
        return rows, values if keep is None else values[keep]

    def item_bools(self, name: str) -> tuple[Ints, Bools]:
        """Items of an array of booleans: (record, value) of each, in order."""
        field, rows, raw, keep = self._inner(name)
        if not isinstance(raw, Numbers) or field.kind != "boolean":
            raise ContractError(f"items of {name} are of type {field.kind}, expected booleans")
        values: Bools = raw.raw != 0
        return rows, values if keep is None else values[keep]

    def longer_than(self, name: str, limit_chars: int) -> Bools:
        """Records whose text has more than so many code points. Only doubtful texts are counted."""
        starts, sizes = self.spans(name)
        return self._longer(starts, sizes, limit_chars)

    def items_longer_than(self, name: str, limit_chars: int) -> tuple[Ints, Bools]:
        """Items of an array of strings: (record, whether it has more than so many characters) of each."""
        rows, starts, sizes = self.items(name)
        return rows, self._longer(starts, sizes, limit_chars)

    def _longer(self, starts: Ints, sizes: Ints, limit_chars: int) -> Bools:
        out: Bools = sizes > limit_chars
        for at in np.flatnonzero(out & (sizes <= 4 * limit_chars)).tolist():  # a character is 1 to 4 bytes
            text = self._tape.data[starts[at] : starts[at] + sizes[at]]
            out[at] = np.count_nonzero((text & 0xC0) != 0x80) > limit_chars  # noqa: PLR2004 - continuation bytes
        return out

    def _neutral(self, values: Ints) -> Ints:
        return values if self._all_ok else np.where(self.ok, values, 0)

    def _raw(self, field: Field, *kinds: str) -> Raw:
        raw = self._raws[field.name]
        if field.kind not in kinds or isinstance(raw, Items):
            raise ContractError(
                f"{self._plan.name}.{field.name} is of type {field.kind}, expected {' or '.join(kinds)}"
            )
        return raw

    def _number(self, name: str, *kinds: str) -> Numbers:
        raw = self._raw(self._plan.field(name), *kinds)
        if not isinstance(raw, Numbers):
            raise ContractError(f"{self._plan.name}.{name} is not a number")
        return raw

    def _inner(self, name: str) -> tuple[Field, Ints, Raw, Bools | None]:
        """(field, records of the items, their column, its items of good records or None for all)."""
        array, _, inner = name.partition(".")
        fields = self._plan.field(array).items
        items = self._raws[array]
        if not isinstance(items, Items) or inner not in items.inner:
            raise ContractError(f"{self._plan.name} has no array {name!r}")
        if array not in self._items:
            keep = None if self._all_ok else self.ok[items.rows]
            self._items[array] = (items.rows if keep is None else items.rows[keep]), keep
        rows, keep = self._items[array]
        field = next(field for field in fields if field.name == inner)
        return field, rows, items.inner[inner], keep

    def _text(self, field: Field, starts: Ints, sizes: Ints) -> pa.StringArray:
        """Copy runs of bytes out: Arrow sees gap, run, gap, run ... in our buffer and takes every second.

        Starts may go down, for runs of no bytes and for defaults: the gap before such a run is nonsense, and
        nobody looks at a gap.
        """
        offsets = np.zeros(2 * len(starts) + 1, np.int32)
        offsets[1::2] = starts
        offsets[2::2] = starts + sizes
        kind = pa.string() if field.kind == "string" else pa.binary()
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self._tape.data)]
        both = pa.Array.from_buffers(kind, 2 * len(starts), buffers)
        return both.take(pa.array(np.arange(1, 2 * len(starts), 2)))


def _as_floats(raw: Ints | Words, field: Field) -> Floats:
    words: Words = raw.view(np.uint64)
    if field.kind == "double":
        return words.view(np.float64)
    with np.errstate(invalid="ignore"):  # a signalling NaN in a record is not our caller's warning
        return (words & np.uint64(0xFFFFFFFF)).astype(np.uint32).view(np.float32).astype(np.float64)


def _encode(text: pa.StringArray) -> tuple[Ints, list[str]]:
    encoded = text.dictionary_encode()
    codes: Ints = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, encoded.dictionary.to_pylist()

"""Put a kind and a version in front of every stored value, and read every version ever released.

Stored bytes are ``kind (2 bytes) + version (1 byte) + payload``. A codec writes today's version and
decodes all released versions straight to today's type, so an upgrade needs no migration run. An unknown
version stops the job: guessing would corrupt state silently.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Generic, TypeVar

HEADER = struct.Struct(">2sB")  # kind, version: three bytes before the payload
_KIND_BYTES = 2
_MAX_VERSION = 255

S = TypeVar("S")


class StateError(Exception):
    """A stored value cannot be used. Base class of all errors of this package."""


class StateVersionError(StateError):
    """The kind or version of a stored value is not one that this build reads: stop, do not retry."""


class StateCorruptError(StateError):
    """The bytes of a stored value are damaged or cut: stop, restore an older snapshot."""


@dataclass(frozen=True, slots=True)
class Codec(Generic[S]):
    """Write today's version of one kind of state and read all released versions.

    Attributes:
        kind: Two ASCII letters, never reused for another kind.
        version: The version that ``dumps`` writes, 0 to 255; must be in ``decoders``.
        encode: Payload of a state in the newest version.
        decoders: Version to payload decoder; each answers today's type.
    """

    kind: bytes
    version: int
    encode: Callable[[S], bytes]
    decoders: Mapping[int, Callable[[bytes], S]]

    def __post_init__(self) -> None:
        """Refuse a codec that could not read what it writes."""
        if len(self.kind) != _KIND_BYTES or not self.kind.isalpha():
            raise ValueError(f"state kind must be two ASCII letters, found {self.kind!r}")
        if not all(0 <= version <= _MAX_VERSION for version in (self.version, *self.decoders)):
            raise ValueError(f"{self.kind!r}: versions must fit one byte, found {sorted(self.decoders)}")
        if self.version not in self.decoders:
            raise ValueError(
                f"{self.kind!r}: writes version {self.version} but decodes only {sorted(self.decoders)}; "
                "add its decoder"
            )

    def dumps(self, state: S) -> bytes:
        """Encode a state with its header. O(size)."""
        return HEADER.pack(self.kind, self.version) + self.encode(state)

    def loads(self, raw: bytes) -> S:
        """Decode a stored value of any released version.

        Raises:
            StateCorruptError: Fewer bytes than a header, or a payload that its decoder refuses.
            StateVersionError: Another kind, or a version that this build does not read.
        """
        if len(raw) < HEADER.size:
            raise StateCorruptError(
                f"{self.kind!r} state has {len(raw)} bytes, expected at least {HEADER.size}; "
                "restore an older snapshot"
            )
        kind, version = HEADER.unpack_from(raw)
        if kind != self.kind:
            raise StateVersionError(
                f"expected state kind {self.kind!r}, found {kind!r}: wrong descriptor or key"
            )
        if version not in self.decoders:
            raise StateVersionError(
                f"{self.kind!r} state has version {version}; this build reads {sorted(self.decoders)}. "
                "Deploy a newer build, or restore an older savepoint."
            )
        return self.decoders[version](raw[HEADER.size :])


_REGISTRY: dict[bytes, Codec[object]] = {}


def register(codec: Codec[S]) -> Codec[S]:
    """Add a codec to the registry that the discovery tests walk, and return it.

    Raises:
        ValueError: The kind is taken by another codec.
    """
    taken = _REGISTRY.get(codec.kind)
    if taken is not None and taken is not codec:
        raise ValueError(f"state kind {codec.kind!r} is already registered; choose two other letters")
    _REGISTRY[codec.kind] = codec  # type: ignore[assignment]  # Codec is invariant; the registry only lists
    return codec


def registered() -> Mapping[bytes, Codec[object]]:
    """Return a read-only view of all codecs imported so far, by kind."""
    return MappingProxyType(_REGISTRY)

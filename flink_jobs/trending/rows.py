"""What travels to the shards: pieces of panes, undos by the minute, moderators' decisions, and canaries.

All travel as ``shard (2 bytes) pane (8 bytes) body``, so that Flink's side can route them without decoding.
"""

from state import contributions
from state.contributions import Contributions
from state.moderation import Decision, dumps_decision, loads_decision

_SHARD_BYTES, _PANE_BYTES = 2, 8
_NO_PANE = b"\x80" + bytes(_PANE_BYTES - 1)  # the smallest number of 64 bits
_CANARY = b"\x80" + bytes(_PANE_BYTES - 2) + b"\x01"  # the one above it
_MAX_STEP = 1 << 60
_FIRST_STEP = -(1 << 62)  # no pane lies there; nor do steps of it meet the smallest number


def routed(shard: int, piece: Contributions) -> bytes:
    """Return a piece with its address in front."""
    address = shard.to_bytes(_SHARD_BYTES, "big") + piece.pane.to_bytes(_PANE_BYTES, "big", signed=True)
    return address + contributions.CODEC.dumps(piece)


def routed_undos(shard: int, piece: Contributions) -> bytes:
    """Return undos with their address in front; the piece's pane is the step (``state.undo_split``)."""
    address = (_FIRST_STEP + piece.pane).to_bytes(_PANE_BYTES, "big", signed=True)
    return shard.to_bytes(_SHARD_BYTES, "big") + address + contributions.CODEC.dumps(piece)


def step_of(raw: bytes) -> int | None:
    """Return the step of routed undos, None for a piece of a pane."""
    step = pane_of(raw) - _FIRST_STEP
    return step if abs(step) < _MAX_STEP else None


def routed_decision(shard: int, decision: Decision) -> bytes:
    """Return a moderator's decision with its address in front; its pane is one that cannot be."""
    return shard.to_bytes(_SHARD_BYTES, "big") + _NO_PANE + dumps_decision(decision)


def decision_of(raw: bytes) -> Decision | None:
    """Return a routed decision, None for a piece.

    Raises:
        StateCorruptError: Neither of them.
    """
    at = _SHARD_BYTES + _PANE_BYTES
    return loads_decision(raw[at:]) if raw[_SHARD_BYTES:at] == _NO_PANE else None


def routed_canary(shard: int, at_ms: int) -> bytes:
    """Return a canary with its address in front; its pane is another one that cannot be."""
    return shard.to_bytes(_SHARD_BYTES, "big") + _CANARY + str(at_ms).encode()


def canary_of(raw: bytes) -> int | None:
    """Return the event time of a routed canary, None for anything else."""
    at = _SHARD_BYTES + _PANE_BYTES
    return int(raw[at:]) if raw[_SHARD_BYTES:at] == _CANARY else None


def shard_of(raw: bytes) -> int:
    """Return the shard that a routed piece goes to."""
    return int.from_bytes(raw[:_SHARD_BYTES], "big")


def pane_of(raw: bytes) -> int:
    """Return the pane of a routed piece."""
    return int.from_bytes(raw[_SHARD_BYTES : _SHARD_BYTES + _PANE_BYTES], "big", signed=True)


def body_of(raw: bytes) -> bytes:
    """Return a routed piece without its address."""
    return raw[_SHARD_BYTES + _PANE_BYTES :]

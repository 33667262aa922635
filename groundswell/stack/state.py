"""The file that says what runs: written by the supervisor, read by everybody else."""

import msgspec

from groundswell.stack.identity import ProcessId, alive
from groundswell.stack.layout import Layout

STARTING, READY, FAILED, STOPPED = "starting", "ready", "failed", "stopped"


class Piece(msgspec.Struct, frozen=True):
    """One server process of the stack.

    Attributes:
        phase: "waiting", "preparing", "starting" or "ready".
        process: the running process, None while there is none.
        restarts: how often it was started again after a loss.
        ready_after_s: seconds from its latest start until it answered, 0 before that.
    """

    phase: str
    process: ProcessId | None
    restarts: int = 0
    ready_after_s: float = 0.0


class StackState(msgspec.Struct, frozen=True):
    """A snapshot of the stack."""

    stack_id: str
    phase: str
    supervisor: ProcessId
    pieces: dict[str, Piece]
    message: str = ""

    def supervised(self) -> bool:
        """Say whether the supervisor that wrote this still lives."""
        return alive(self.supervisor)


def write(layout: Layout, state: StackState) -> None:
    """Replace the state file in one step: a reader sees the old or the new one, never half."""
    fresh = layout.state_file.with_suffix(".new")
    fresh.write_bytes(msgspec.json.format(msgspec.json.encode(state)))
    fresh.replace(layout.state_file)


def recorded(layout: Layout) -> list[ProcessId]:
    """Return the server processes that the last written state names, alive or not."""
    now = read(layout)
    return [piece.process for piece in now.pieces.values() if piece.process] if now else []


def read(layout: Layout) -> StackState | None:
    """Return the last written state, None when the folder has none."""
    try:
        return msgspec.json.decode(layout.state_file.read_bytes(), type=StackState)
    except FileNotFoundError:
        return None

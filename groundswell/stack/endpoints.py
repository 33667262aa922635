"""A running stack as its users see it."""

from dataclasses import dataclass
from pathlib import Path

from groundswell.stack import flink, kafka, state
from groundswell.stack import plan as plans
from groundswell.stack.errors import NotRunningError
from groundswell.stack.layout import Layout
from groundswell.stack.ports import LOOPBACK


@dataclass(frozen=True, slots=True)
class Stack:
    """Where to reach the pieces of one running stack.

    Attributes:
        data_dir: its folder.
        kafka_bootstrap: "host:port" for Kafka clients.
        redis_url: address for Redis clients.
        flink_rest_url: the JobManager's REST interface.
        plan: how it was started.
    """

    data_dir: Path
    kafka_bootstrap: str
    redis_url: str
    flink_rest_url: str
    plan: plans.Plan

    @classmethod
    def load(cls, data_dir: Path | str) -> "Stack":
        """Return the stack that runs in a folder.

        Raises:
            NotRunningError: when none does, or it is not ready.
        """
        layout = Layout.at(data_dir)
        now = state.read(layout)
        if now is None or not now.supervised():
            raise NotRunningError(f"no stack runs in {layout.root}: start one with `groundswell up`")
        if now.phase != state.READY:
            raise NotRunningError(
                f"the stack in {layout.root} is {now.phase}: {now.message or 'not ready yet'}"
            )
        return cls.of(plans.read(layout))

    @classmethod
    def of(cls, made: plans.Plan) -> "Stack":
        """Return the addresses that a plan assigns."""
        return cls(
            data_dir=made.layout.root,
            kafka_bootstrap=kafka.bootstrap(made),
            redis_url=f"redis://{LOOPBACK}:{made.ports['redis']}/0",
            flink_rest_url=flink.rest_url(made),
            plan=made,
        )

    @property
    def pids(self) -> dict[str, int]:
        """Process number by piece, the supervisor included, as of now."""
        now = state.read(Layout.at(self.data_dir))
        if now is None:
            return {}
        running = {name: piece.process.pid for name, piece in now.pieces.items() if piece.process}
        return {"supervisor": now.supervisor.pid, **running}

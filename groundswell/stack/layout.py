"""Where everything of one stack lives: one data folder, fixed names inside."""

from dataclasses import dataclass
from pathlib import Path

DEFAULT_DATA_DIR = Path(".groundswell")


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths inside a stack's data folder (absolute)."""

    root: Path

    @classmethod
    def at(cls, data_dir: Path | str) -> "Layout":
        """Return the layout of a folder, which need not exist yet."""
        return cls(Path(data_dir).expanduser().resolve())

    @property
    def state_file(self) -> Path:
        """What runs now: written by the supervisor only."""
        return self.root / "stack.json"

    @property
    def plan_file(self) -> Path:
        """What shall run: written before the supervisor starts."""
        return self.root / "plan.json"

    @property
    def id_file(self) -> Path:
        """The stack's unique id, which marks every process it starts."""
        return self.root / "stack.id"

    @property
    def lock_file(self) -> Path:
        """Locked by the supervisor as long as it lives: one supervisor a folder."""
        return self.root / "supervisor.lock"

    @property
    def prometheus_file(self) -> Path:
        """Where a Prometheus finds what to ask: written when the stack shows its metrics."""
        return self.root / "prometheus.yml"

    @property
    def logs(self) -> Path:
        """One log for each process, plus its standard output."""
        return self.root / "logs"

    @property
    def redis(self) -> Path:
        """Append-only file and snapshots of Redis."""
        return self.root / "redis"

    @property
    def kafka(self) -> Path:
        """Broker configuration, log segments and temporary files."""
        return self.root / "kafka"

    @property
    def flink(self) -> Path:
        """Flink configuration, jar links and temporary files."""
        return self.root / "flink"

    @property
    def checkpoints(self) -> Path:
        """Flink's retained checkpoints: <job id>/chk-<n>/_metadata."""
        return self.root / "checkpoints"

    @property
    def savepoints(self) -> Path:
        """Flink's savepoints: savepoint-<id>/_metadata."""
        return self.root / "savepoints"

    @property
    def jobs(self) -> Path:
        """One record for each submitted job."""
        return self.root / "jobs"

    def create(self) -> None:
        """Make the folders. Idempotent."""
        for folder in (
            self.logs,
            self.redis,
            self.kafka,
            self.flink,
            self.checkpoints,
            self.savepoints,
            self.jobs,
        ):
            folder.mkdir(parents=True, exist_ok=True)

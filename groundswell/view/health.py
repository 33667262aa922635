"""The pipeline's health as a table."""

from datetime import datetime, timezone

from rich.table import Table

from schemas.served_health import HealthRecord

_MS = 1000
_MIB = 1 << 20


def draw(found: HealthRecord) -> Table:
    """Return what was collected as a table of names and words."""
    at = datetime.fromtimestamp(found.at_ms / _MS, tz=timezone.utc)
    table = Table(title=f"pipeline at {at:%H:%M:%S} UTC", title_justify="left", box=None, show_header=False)
    table.add_column("what", no_wrap=True)
    table.add_column("how")
    for name, value in (
        ("trends complete up to", found.trends_ms),
        ("interests' newest weights", found.interests_ms),
    ):
        table.add_row(name, "nothing yet" if value is None else _moment(value))
    for job in found.jobs:
        table.add_row(
            f"job {job.name}",
            f"{job.state}, {_checkpoint(found.at_ms, job.checkpoint_ms, job.checkpoint_bytes)}",
        )
    for lag in found.lags:
        table.add_row(
            f"lag of {lag.job}", f"{lag.records:,} records of {lag.topic} since its last checkpoint"
        )
    for one in found.dead_letters:
        table.add_row("dead letters", f"{one.records:,} of {one.topic}, {one.reason}, by {one.job or '?'}")
    quality = found.quality
    if quality.log_loss is None or quality.calibration is None:
        table.add_row("interest model", "no block of labels is full yet")
    else:
        table.add_row(
            "interest model",
            f"log-loss {quality.log_loss:.3f}, predictions {quality.calibration:.2f} x the positives, "
            f"{quality.labels:,} labels, {quality.alarms} alarms",
        )
    for problem in found.problems:
        table.add_row("problem", problem)
    return table


def _moment(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / _MS, tz=timezone.utc):%Y-%m-%d %H:%M:%S} UTC"


def _checkpoint(now_ms: int, at_ms: int | None, size: int) -> str:
    if at_ms is None:
        return "no checkpoint yet"
    return f"checkpoint {max(now_ms - at_ms, 0) / _MS:.0f} s ago, {size / _MIB:.1f} MiB"

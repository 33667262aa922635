"""What the answer about the pipeline looks like."""

import msgspec

from schemas.served_health import HealthRecord


class PipelineState(msgspec.Struct, frozen=True, kw_only=True):
    """How the pipeline behind this server is.

    Attributes:
        collected: `groundswell health` ran within the last minute.
        health: What it found; null when it did not run.
    """

    collected: bool
    health: HealthRecord | None

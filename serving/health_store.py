"""The pipeline's health as `groundswell health` left it."""

from typing import Protocol

from schemas.served import ServedError
from schemas.served_canary import CANARY_JOBS, CANARY_PREFIX, canary_key, decode_canaries
from schemas.served_health import HEALTH_KEY, HealthRecord, decode_health
from serving.errors import StoreContentError
from serving.redis_read import RedisReader, decoded, read


class HealthStore(Protocol):
    """Where the health of the pipeline is read."""

    def pipeline(self) -> HealthRecord | None:
        """Return what was collected last; None when nobody collected in the last minute.

        Raises:
            StoreUnavailableError: The store does not answer.
            StoreContentError: It holds what this build cannot read.
        """
        ...

    def canaries(self) -> dict[str, int]:
        """Return job -> event time in ms of the newest canary that came through it.

        Raises:
            StoreUnavailableError, StoreContentError: As above.
        """
        ...


class NobodyCollects:
    """A store for servers without one."""

    def pipeline(self) -> HealthRecord | None:
        """Return None."""
        return None

    def canaries(self) -> dict[str, int]:
        """Return that none came."""
        return {}


class RedisHealthStore(RedisReader):
    """Reads single keys. Safe for several threads."""

    def pipeline(self) -> HealthRecord | None:
        """Return what was collected last."""
        (raw,) = read(self._client, HEALTH_KEY, ("GET", HEALTH_KEY))
        return decoded(decode_health, raw)

    def canaries(self) -> dict[str, int]:
        """Return the newest canary of each job."""
        asked = (("HGET", canary_key(job), "d") for job in CANARY_JOBS)
        found = read(self._client, CANARY_PREFIX, *asked)
        try:
            return decode_canaries(dict(zip(CANARY_JOBS, found, strict=True)))
        except ServedError as error:
            raise StoreContentError(f"Redis holds {error}") from error

"""The pipeline's health as `groundswell health` left it."""

from typing import TYPE_CHECKING, Protocol

from schemas.served import ServedError
from schemas.served_canary import CANARY_JOBS, CANARY_PREFIX, canary_key, decode_canaries
from schemas.served_health import HEALTH_KEY, HealthRecord, decode_health
from serving.errors import StoreContentError
from serving.redis_read import open_client, read

if TYPE_CHECKING:
    import redis


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


class RedisHealthStore:
    """Reads single keys. Safe for several threads."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client

    @classmethod
    def at(cls, url: str, timeout_s: float = 2.0) -> "RedisHealthStore":
        """Open the store at an address (``redis_read.open_client``).

        Raises:
            StoreContentError: The address has another form.
        """
        return cls(open_client(url, timeout_s))

    def pipeline(self) -> HealthRecord | None:
        """Return what was collected last."""
        (raw,) = read(self._client, HEALTH_KEY, ("GET", HEALTH_KEY))
        try:
            return None if raw is None else decode_health(raw)
        except ServedError as error:
            raise StoreContentError(f"Redis holds {error}") from error

    def canaries(self) -> dict[str, int]:
        """Return the newest canary of each job."""
        asked = (("HGET", canary_key(job), "d") for job in CANARY_JOBS)
        found = read(self._client, CANARY_PREFIX, *asked)
        try:
            return decode_canaries(dict(zip(CANARY_JOBS, found, strict=True)))
        except ServedError as error:
            raise StoreContentError(f"Redis holds {error}") from error

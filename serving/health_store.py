"""The pipeline's health as `groundswell health` left it."""

from typing import TYPE_CHECKING, Protocol

from schemas.served import ServedError
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


class NobodyCollects:
    """A store for servers without one."""

    def pipeline(self) -> HealthRecord | None:
        """Return None."""
        return None


class RedisHealthStore:
    """Reads one key. Safe for several threads."""

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

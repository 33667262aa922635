"""How every store reads Redis: one round trip, and errors that say what to do."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from typing_extensions import Self

from schemas.served import ServedError
from serving.errors import StoreContentError, StoreUnavailableError
from serving.spans import span

S = TypeVar("S", bound="RedisReader")
T = TypeVar("T")
# Of a span. No keys: they name people.
_DATABASE: Final = {"db.system.name": "redis", "db.operation.name": "PIPELINE"}


class RedisReader:
    """What every store on Redis is: safe for several threads, on a pool of connections."""

    def __init__(self, client: "redis.Redis") -> None:
        self._client = client

    @classmethod
    def at(cls, url: str, timeout_s: float = 2.0) -> Self:
        """Open the store at a redis://, rediss:// or unix:// address (``open_client``).

        Raises:
            StoreContentError: The address has another form.
        """
        return cls(open_client(url, timeout_s))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def open_client(url: str, timeout_s: float = 2.0) -> "redis.Redis":
    """Return a client for a redis://, rediss:// or unix:// address. It connects at the first read.

    A read that finds its connection closed is tried once more on a new one; a read that gets no answer within
    the timeout is not, so that a reader waits at most twice the timeout.

    Raises:
        StoreContentError: The address has another form.
    """
    try:
        return redis.Redis.from_url(
            url,
            protocol=2,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            retry=Retry(NoBackoff(), 1),
            retry_on_error=[redis.ConnectionError],
        )
    except ValueError as error:
        # The address may hold a password, so it is not repeated here.
        raise StoreContentError(
            "the Redis address: expected redis://host:port/0, rediss://... or unix://..."
        ) from error


# The client's own types say Any for answers; they are given their types where they are decoded.
def read(client: "redis.Redis", prefix: str, *commands: tuple[str | int | bytes, ...]) -> list[Any]:
    """Send commands together and return their answers.

    Raises:
        StoreUnavailableError: Redis does not answer.
        StoreContentError: It refused a command; ``prefix`` says under which keys.
    """
    try:
        with (
            span("redis", _DATABASE | {"db.operation.batch.size": len(commands)}, client=True),
            client.pipeline(transaction=False) as pipe,
        ):
            for command in commands:
                pipe.execute_command(*command)  # type: ignore[no-untyped-call]  # half typed
            answers: list[Any] = pipe.execute()
    except redis.ResponseError as error:
        said = str(error).rpartition("caused error: ")[2]  # without the command, which is our script
        raise StoreContentError(f"Redis refused a read under {prefix}: {said}") from error
    except redis.RedisError as error:
        raise StoreUnavailableError(
            f"Redis at {_address(client)} does not answer ({type(error).__name__}: {error}); "
            "is the stack up? See `groundswell status`"
        ) from error
    return answers


def decoded(decode: Callable[[bytes], T], raw: bytes | None) -> T | None:
    """Return what Redis holds, decoded; None when it holds nothing.

    Raises:
        StoreContentError: This build cannot read it.
    """
    if raw is None:
        return None
    try:
        return decode(raw)
    except ServedError as error:
        raise StoreContentError(f"Redis holds {error}") from error


def _address(client: "redis.Redis") -> str:
    known = client.connection_pool.connection_kwargs
    return str(known.get("path") or f"{known.get('host')}:{known.get('port')}")

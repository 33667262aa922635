"""Where a reading verb finds its data: an address that was given, else the local stack."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from urllib.parse import quote, urlsplit

import typer

from schemas.served import Kind

if TYPE_CHECKING:
    from groundswell.stack.endpoints import Stack
    from serving.redis_interest_store import RedisInterestStore
    from serving.redis_model_store import RedisModelStore
    from serving.redis_store import RedisTrendStore

CANNOT, WRONG_USE = 1, 2
PASSWORD_FILE_VARIABLE = "GROUNDSWELL_REDIS_PASSWORD_FILE"  # noqa: S105 - the name of a file, not a secret
RedisUrl = Annotated[
    str | None,
    typer.Option(
        "--redis",
        help="redis://host:port/0 instead of the local stack.",
        envvar="GROUNDSWELL_REDIS",
        show_envvar=True,
    ),
]
Bootstrap = Annotated[
    str | None, typer.Option("--bootstrap", help="host:port of Kafka instead of the local stack.")
]
Scope = Annotated[str, typer.Option("--scope", help="global, lang:en, region:US, ...")]
KindOption = Annotated[Kind, typer.Option("--kind", help="What the topics are.")]


def open_store(data: Path, url: str | None) -> "RedisTrendStore":
    """Open the store of trends.

    Raises:
        NotRunningError: No address was given and no stack runs in the folder.
        StoreContentError: The address cannot be one.
    """
    from serving.redis_store import RedisTrendStore  # noqa: PLC0415 - help must not load a Redis client

    return RedisTrendStore.at(redis_address(data, url))


def redis_address(data: Path, url: str | None) -> str:
    """Return where Redis is, with the password of the file that GROUNDSWELL_REDIS_PASSWORD_FILE names.

    Raises:
        NotRunningError: No address was given and no stack runs in the folder.
        OSError: The file of the password cannot be read.
    """
    address = url or _local(data, lambda stack: stack.redis_url)
    path = os.environ.get(PASSWORD_FILE_VARIABLE)
    return with_password(address, Path(path).read_text("utf-8").strip()) if path else address


def with_password(url: str, password: str) -> str:
    """Return the address of a Redis with a password in it; one that holds a password already stays.

    A password in a file is seen neither in the list of processes nor in the environment.

    >>> with_password("redis://reader@cache:6379/0", "a/b")
    'redis://reader:a%2Fb@cache:6379/0'
    >>> with_password("redis://cache:6379/0", "x")
    'redis://:x@cache:6379/0'
    """
    parts = urlsplit(url)
    if parts.password or not parts.hostname:
        return url
    user, _, host = parts.netloc.rpartition("@")
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl()


def open_interests(data: Path, url: str | None) -> "RedisInterestStore":
    """Open the store of interests.

    Raises:
        NotRunningError: No address was given and no stack runs in the folder.
        StoreContentError: The address cannot be one.
    """
    from serving.redis_interest_store import RedisInterestStore  # noqa: PLC0415 - as above

    return RedisInterestStore.at(redis_address(data, url))


def open_models(data: Path, url: str | None) -> "RedisModelStore":
    """Open the model registry.

    Raises:
        NotRunningError: No address was given and no stack runs in the folder.
        StoreContentError: The address cannot be one.
    """
    from serving.redis_model_store import RedisModelStore  # noqa: PLC0415 - as above

    return RedisModelStore.at(redis_address(data, url))


def kafka_address(data: Path, bootstrap: str | None) -> str:
    """Return where Kafka is.

    Raises:
        NotRunningError: No address was given and no stack runs in the folder.
    """
    return bootstrap or _local(data, lambda stack: stack.kafka_bootstrap)


def flink_address(data: Path, url: str | None) -> str:
    """Return where Flink's REST interface is.

    Raises:
        NotRunningError: No address was given and no stack runs in the folder.
    """
    return url or _local(data, lambda stack: stack.flink_rest_url)


@contextmanager
def told() -> Iterator[None]:
    """Turn an error of reading into one line on standard error and an exit code: 2 wrong scope, else 1."""
    from groundswell.kafka_read import KafkaReadError  # noqa: PLC0415
    from producers.errors import ProducersError  # noqa: PLC0415
    from schemas.errors import SchemasError  # noqa: PLC0415
    from schemas.served import ServedError  # noqa: PLC0415
    from serving.errors import ServingError  # noqa: PLC0415

    try:
        yield
    except ServedError as error:
        _fail(error, WRONG_USE)
    except (ServingError, KafkaReadError, SchemasError, ProducersError, OSError) as error:
        _fail(error, CANNOT)


def _fail(error: Exception, code: int) -> NoReturn:
    typer.secho(f"groundswell: {error}", err=True, fg=typer.colors.RED)
    raise typer.Exit(code) from None


def _local(data: Path, address: "Callable[[Stack], str]") -> str:
    from groundswell.stack.endpoints import Stack  # noqa: PLC0415 - loads the stack only when asked to

    return address(Stack.load(data))

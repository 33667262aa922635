"""Containers for tests, or the services of a running compose; a missing piece is named.

Images are the ones of docker-compose.yml, and `STANDIN_PREFIX` puts local stand-ins in their place as it does
there; what was used is printed.
"""

import importlib.util
import io
import os
import re
import socket
import tarfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import yaml

from tests.support.tree import ROOT

if TYPE_CHECKING:
    from testcontainers.core.container import DockerContainer

_START_S = 120
_SCRIPT = "/start.sh"
_KAFKA = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_LISTENERS": "OUTSIDE://0.0.0.0:9092,INSIDE://0.0.0.0:9093,CONTROLLER://0.0.0.0:9094",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "OUTSIDE:PLAINTEXT,INSIDE:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "INSIDE",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9094",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
}


def missing(what: str) -> None:
    """Skip the test, naming the missing piece; with REQUIRE_DOCKER=1 that is a failure."""
    if os.environ.get("REQUIRE_DOCKER") == "1":
        pytest.fail(f"REQUIRE_DOCKER=1, and {what}")
    pytest.skip(what)


def engine() -> None:
    """Make sure that a container engine answers."""
    if importlib.util.find_spec("testcontainers") is None:
        missing("the Python package testcontainers is not installed")
    where = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock")
    try:
        if where.startswith("unix://"):
            with closing(socket.socket(socket.AF_UNIX)) as one:
                one.connect(where.removeprefix("unix://"))
        else:
            parts = urlsplit(where)
            socket.create_connection((parts.hostname or "", parts.port or 2375), timeout=5).close()
    except OSError as error:
        missing(f"no container engine answers at {where}: {error}")


def image(service: str) -> str:
    """Return the image of a service as docker-compose.yml names it."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
    name = str(services[service]["image"])
    return re.sub(r"\$\{(\w+):?-([^}]*)\}", lambda one: os.environ.get(one.group(1)) or one.group(2), name)


@contextmanager
def started(container: "DockerContainer", port: int) -> Iterator[str]:
    """Yield host:port of a container that lives as long as the block."""
    import docker  # noqa: PLC0415

    try:
        container.start()
    except (docker.errors.ImageNotFound, docker.errors.APIError) as error:
        missing(f"the image {container.image} cannot be had: {str(error)[:200]}")
    try:
        label = container.get_wrapped_container().image.labels.get("standin.of")
        print(f"image {container.image}: {'local stand-in of ' + label if label else 'as pulled'}")  # noqa: T201
        yield f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"
    finally:
        container.stop()


@contextmanager
def kafka() -> Iterator[str]:
    """Yield the address of a broker."""
    container = _container(image("kafka"))
    container.with_exposed_ports(9092).with_command(
        f'sh -c "while [ ! -f {_SCRIPT} ]; do sleep 0.1; done; exec sh {_SCRIPT}"'
    )
    for name, value in _KAFKA.items():
        container.with_env(name, value)
    with started(container, 9092) as address:
        # Only now is the port known that clients must be told.
        text = f"export KAFKA_ADVERTISED_LISTENERS=OUTSIDE://{address},INSIDE://localhost:9093\n"
        _put(container, text + "exec /etc/kafka/docker/run\n")
        yield address


@contextmanager
def redis(password: str) -> Iterator[str]:
    """Yield host:port of a Redis whose default user has a password."""
    container = _container(image("redis")).with_exposed_ports(6379)
    container.with_command(["redis-server", "--requirepass", password])
    with started(container, 6379) as address:
        yield address


@contextmanager
def registry() -> Iterator[str]:
    """Yield the address of a registry that speaks Confluent's API."""
    container = _container(image("registry")).with_exposed_ports(8080)
    with started(container, 8080) as address:
        yield f"http://{address}/apis/ccompat/v7"


def _container(name: str) -> "DockerContainer":
    engine()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415 - Linux only

        return DockerContainer(name)


def _put(container: "DockerContainer", text: str) -> None:
    body, packed = text.encode(), io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo(_SCRIPT.removeprefix("/"))
        entry.size, entry.mode = len(body), 0o755
        archive.addfile(entry, io.BytesIO(body))
    container.get_wrapped_container().put_archive("/", packed.getvalue())

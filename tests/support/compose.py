"""docker-compose.yml under a project name and ports of a test's own, and a crash for each container."""

import json
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from groundswell.stack import ports
from tests.support import containers
from tests.support.tree import ROOT

_OURS = ("flink", "groundswell")
_UP_S = 420


@dataclass(frozen=True)
class Compose:
    """A running project.

    Attributes:
        name: Of the project; containers, volumes and network carry it.
        ports: On loopback: http, flink, kafka, redis, registry.
        password: Of the Redis user that writes.
        files: Compose files, ours first.
    """

    name: str
    ports: Mapping[str, int]
    password: str
    files: Sequence[Path]

    @property
    def kafka(self) -> str:
        """The broker, for clients on this machine."""
        return f"127.0.0.1:{self.ports['kafka']}"

    @property
    def redis(self) -> str:
        """Redis as the job's user."""
        return f"redis://:{self.password}@127.0.0.1:{self.ports['redis']}/0"

    @property
    def registry(self) -> str:
        """The schema registry."""
        return f"{self.url('registry')}/apis/ccompat/v7"

    def url(self, port: str) -> str:
        """Return the HTTP address behind a port."""
        return f"http://127.0.0.1:{self.ports[port]}"

    def run(self, *words: str, timeout_s: float = 120) -> str:
        """Run `docker compose` on this project and return what it says; fail with its last words."""
        files = [word for file in self.files for word in ("--file", str(file))]
        return _docker(
            "compose", "--project-name", self.name, *files, *words, env=self._env(), timeout_s=timeout_s
        )

    def ids(self, service: str) -> list[str]:
        """Return the containers of a service, dead ones too, in their order."""
        found = self.run("ps", "--all", "--quiet", service).split()
        return sorted(found, key=lambda one: _docker("inspect", "--format", "{{.Name}}", one))

    def _env(self) -> dict[str, str]:
        return {
            **os.environ,
            "COMPOSE_PROFILES": "",
            "TASKMANAGERS": "2",
            "REDIS_WRITER_PASSWORD": self.password,
            "REDIS_READER_PASSWORD": f"{self.password}-reader",
            "HTTP_PORT": str(self.ports["http"]),
            "FLINK_PORT": str(self.ports["flink"]),
            "KAFKA_PORT": str(self.ports["kafka"]),
        }


@dataclass(frozen=True)
class Life:
    """What the engine says of a container; ``health`` is "" without a check."""

    pid: int
    restarts: int
    health: str


def life(container: str) -> Life:
    """Ask the engine."""
    told = json.loads(_docker("inspect", container))[0]
    state = told["State"]
    return Life(state["Pid"], told["RestartCount"], (state.get("Health") or {}).get("Status", ""))


def crash(container: str) -> None:
    """End a container's first process with SIGKILL, as a crash would.

    `docker kill` would not do: it counts as a wish of the operator, which no policy undoes. The signal comes
    from a container that sees the engine's processes, wherever the engine runs.
    """
    pid = life(container).pid
    assert pid > 0, f"container {container} does not run"
    words = ("--rm", "--pid=host", "--network=none", "--user=0", "--entrypoint=sh")
    _docker("run", *words, _image("groundswell"), "-c", f"kill -9 {pid}")


@contextmanager
def running(folder: Path, services: Mapping[str, object]) -> Iterator[Compose]:
    """Yield the project, all healthy; ``services`` is put over docker-compose.yml. Nothing is left of it."""
    _pieces()
    over = folder / "over.json"
    chosen = ports.choose(["http", "flink", "kafka", "redis", "registry"])
    project = Compose(
        f"groundswell-test-{secrets.token_hex(4)}",
        chosen,
        secrets.token_hex(12),
        [ROOT / "docker-compose.yml", over],
    )
    own: dict[str, object] = {
        "redis": {"ports": [f"127.0.0.1:{chosen['redis']}:6379"]},
        "registry": {"ports": [f"127.0.0.1:{chosen['registry']}:8080"]},
    }
    if _is_standin(containers.image("kafka")):
        # Only our stand-in has to be told; Apache's image starts on a formatted disk by itself.
        own["kafka"] = {"environment": {"KAFKA_ALLOW_FORMATTED": "1"}}
    over.write_text(json.dumps({"services": {**own, **services}}), encoding="utf-8")
    try:
        project.run("up", "--wait", "--no-build", "--pull", "never", timeout_s=_UP_S)
        yield project
    except BaseException:
        print(project.run("logs", "--no-color", "--tail", "150"))  # noqa: T201 - a moment later they are gone
        raise
    finally:
        project.run("down", "--volumes", "--timeout", "5")


def _pieces() -> None:
    """Name what is missing on this machine: engine, Compose, or an image."""
    containers.engine()
    if shutil.which("docker") is None:
        containers.missing("the command docker is not installed")
    if subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode:
        containers.missing("docker has no Compose plugin")
    services = ("kafka", "redis", "registry")
    for name in [*map(_image, _OURS), *map(containers.image, services)]:
        asked = subprocess.run(["docker", "image", "inspect", name], capture_output=True, check=False)
        if asked.returncode:
            containers.missing(f"there is no image {name}: `docker compose build`, `docker compose pull`")


def _is_standin(image: str) -> bool:
    label = '{{index .Config.Labels "standin.of"}}'
    return bool(_docker("image", "inspect", "--format", label, image).strip())


def _image(ours: str) -> str:
    return containers.image({"flink": "jobmanager", "groundswell": "serving"}[ours])


def _docker(*words: str, env: Mapping[str, str] | None = None, timeout_s: float = 60) -> str:
    started_s = time.monotonic()
    done = subprocess.run(
        ["docker", *words], capture_output=True, text=True, check=False, timeout=timeout_s, env=env, cwd=ROOT
    )
    took_s = time.monotonic() - started_s
    assert done.returncode == 0, f"docker {' '.join(words[:8])} after {took_s:.0f} s: {done.stderr[-3000:]}"
    return done.stdout

"""Jobs of a Flink cluster that is not ours: submit with our code, find by name, stop with a savepoint."""

import re
import sys
import tempfile
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from groundswell.stack import flink_conf, jars, java, plan, savepoints, shipped_code
from groundswell.stack.errors import JobError
from groundswell.stack.flink_rest import ENDED, FlinkRest
from groundswell.stack.layout import Layout
from groundswell.stack.submit import run_program

_JOB_ID = re.compile(r"[0-9a-f]{32}")
_SETTING = re.compile(r"[a-z][a-zA-Z0-9.-]*=[^\n]*")
_REST_PORT = 8081
_OF_THE_STACK = ("{kafka}", "{redis}", "{flink}", "{mode}", "{parallelism}")


@dataclass(frozen=True, slots=True)
class Cluster:
    """A JobManager by its REST address."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address with its scheme."""
        return f"http://{self.host}:{self.port}"

    @classmethod
    def at(cls, address: str) -> "Cluster":
        """Read `http://host:port` or `host[:port]`; the port is 8081 by default, as in Flink.

        >>> Cluster.at("session-rest.example").url
        'http://session-rest.example:8081'

        Raises:
            JobError: It is anything else.
        """
        try:
            parts = urlsplit(address if "://" in address else f"http://{address}")
            host, port = parts.hostname, parts.port or _REST_PORT
        except ValueError as error:
            raise JobError(f"--to {address!r}: {error}; expected http://host:port") from None
        plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
        if parts.scheme == "http" and host and plain:
            return cls(host, port)
        raise JobError(
            f"--to {address!r}: expected http://host:port of a JobManager, without user and path. If it "
            "speaks TLS or stands behind a path, forward its port (kubectl port-forward) and name that."
        )


@dataclass(frozen=True, slots=True)
class Shipment:
    """What is submitted, and what Flink is told about it.

    Attributes:
        module: Python module with the job's `__main__`.
        arguments: The job's own options.
        code: File with our packages; None = they are packed as they are installed here.
        installed: The cluster's Python has our packages already: none are sent.
        python: Python of the cluster's machines.
        savepoint: Where to start from: a path or URI that the JobManager can read.
        settings: Flink options of this job, over `flink_conf.OF_A_JOB`.
    """

    module: str
    arguments: Sequence[str] = ()
    code: Path | None = None
    installed: bool = False
    python: str = "python3"
    savepoint: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)


def submit(cluster: Cluster, what: Shipment, echo: Callable[[str], None]) -> str:
    """Submit a job and return its Flink id. Takes 5-12 s: one JVM and one Python build the graph here.

    This Python must be of the cluster's minor version: small functions of the graph travel as byte code.

    Raises:
        JobError: No JobManager answers, or the submission fails; holds the program's last words.
        MissingPieceError: No Java, PyFlink or connector here.
    """
    marks = [word for word in what.arguments if any(mark in word for mark in _OF_THE_STACK)]
    if marks:
        raise JobError(
            f"{marks}: these words stand for what a local stack has; give the cluster's own values"
        )
    if not FlinkRest(cluster.url).answers():
        raise JobError(
            f"no JobManager answers at {cluster.url}: is the address right, and its port reachable?"
        )
    with tempfile.TemporaryDirectory(prefix="groundswell-submit-") as scratch:
        client = _client(Path(scratch), cluster, echo)
        return run_program(client, what.module, _words(what, Path(scratch)), cwd=Path(scratch))


def running_id(cluster: Cluster, name: str) -> str:
    """Return the id of the job of this name that has not ended; an id is returned as it is.

    Raises:
        JobError: None runs, or no JobManager answers.
    """
    if _JOB_ID.fullmatch(name):
        return name
    try:
        found = FlinkRest(cluster.url).newest_jobs()
    except OSError as error:
        raise JobError(f"no JobManager answers at {cluster.url}: {error}") from None
    alive = {each: job_id for job_id, each, state in found if state not in ENDED}
    if name not in alive:
        raise JobError(f"no job {name!r} runs at {cluster.url}; running: {', '.join(alive) or 'none'}")
    return alive[name]


def stop(cluster: Cluster, name: str, folder: str | None, timeout_s: float) -> str:
    """Stop a job with a savepoint and return where it lies. Raises JobError as `running_id`, or it failed."""
    return savepoints.stop(FlinkRest(cluster.url), running_id(cluster, name), folder, timeout_s)


def settings_of(pairs: Sequence[str]) -> dict[str, str]:
    """Read settings of the form key=value.

    >>> settings_of(["pipeline.auto-watermark-interval=50 ms"])
    {'pipeline.auto-watermark-interval': '50 ms'}

    Raises:
        JobError: Naming what is no such pair.
    """
    wrong = [pair for pair in pairs if not _SETTING.fullmatch(pair)]
    if wrong:
        raise JobError(f"Flink settings {wrong}: expected key=value")
    return dict(pair.split("=", 1) for pair in pairs)


def _words(what: Shipment, scratch: Path) -> list[str]:
    """Return the words for Flink's client."""
    words = ["run", "-d", *(["-s", what.savepoint] if what.savepoint else [])]
    words += [f"-D{key}={value}" for key, value in what.settings.items()]
    words += ["-pyexec", what.python, "-pyclientexec", sys.executable]
    if not what.installed:
        code = what.code.resolve() if what.code else shipped_code.pack(scratch)
        words += ["-pyfs", str(code)]
    return [*words, "-pym", what.module, *_absolute(what.arguments)]


def _absolute(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the file of --options by its full path: the program runs elsewhere.

    In the caller's folder `python -m` would find a checkout there before the code that is sent.
    """
    words = list(arguments)
    for at, word in enumerate(words):
        if word == "--options" and at + 1 < len(words):
            words[at + 1] = str(Path(words[at + 1]).resolve())
        elif word.startswith("--options="):
            words[at] = f"--options={Path(word.partition('=')[2]).resolve()}"
    return words


def _client(root: Path, cluster: Cluster, echo: Callable[[str], None]) -> plan.Plan:
    """Lay out what Flink's client needs in a folder: settings with the address, jars of the graph."""
    runtime = java.find()
    layout = Layout.at(root)
    layout.logs.mkdir()
    wanted = [jar for jar in jars.locked() if jar.use == "flink"]
    made = plan.Plan(
        stack_id=uuid.uuid4().hex,
        root=str(layout.root),
        java_home=str(runtime.home),
        java_version=runtime.version,
        redis_program="",
        redis_version="",
        kafka_jars=[],
        flink_jars=[str(path) for path in jars.ensure(wanted, echo)],
        pyflink_home=str(plan.package_folder("pyflink")),
        python=sys.executable,
        python_path=plan.python_path(),
        execution_mode="",
        ports={},
    )
    folder = flink_conf.conf_dir(made)
    folder.mkdir(parents=True)
    told = {"rest.address": cluster.host, "rest.port": str(cluster.port), "execution.target": "remote"}
    text = flink_conf.render({**flink_conf.OF_A_JOB, **told})
    (folder / "config.yaml").write_text(text, encoding="utf-8")
    flink_conf.link_jars(made)
    return made

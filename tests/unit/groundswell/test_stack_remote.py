"""Jobs for other clusters: addresses, what is sent, what Flink's client is told, and refusals."""

import zipfile
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from groundswell.cli import app, load_verbs
from groundswell.stack import flink_conf, remote, shipped_code
from groundswell.stack.errors import JobError
from groundswell.stack.flink_rest import FlinkRest
from groundswell.stack.plan import Plan
from groundswell.stack.remote import Cluster, Shipment
from tests.support.tree import ROOT

HERE = Cluster("127.0.0.1", 1)  # nobody listens there


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://jobs:8082/", "http://jobs:8082"),
        ("jobs", "http://jobs:8081"),
        ("session-rest.example:80", "http://session-rest.example:80"),
    ],
)
def test_an_address_is_a_host_and_a_port(given: str, url: str) -> None:
    """With or without a scheme; the port is Flink's own by default."""
    assert Cluster.at(given).url == url


@pytest.mark.parametrize(
    "given",
    ["https://jobs", "http://me:secret@jobs", "http://jobs/flink", "http://", "jobs:port", "ftp://jobs"],
)
def test_other_addresses_are_refused(given: str) -> None:
    """What Flink's client would take wrongly, it never gets to see."""
    with pytest.raises(JobError, match="expected http://host:port"):
        Cluster.at(given)


def test_the_same_code_is_the_same_file(tmp_path: Path) -> None:
    """All that a job imports is in it, data files too, and nothing of tests or caches."""
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    first, second = shipped_code.pack(one), shipped_code.pack(other)
    assert first.name == second.name
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        names = set(archive.namelist())
    assert {"flink_jobs/trending/__main__.py", "schemas/topics.toml", "state/codec.py"} <= names
    assert {name.split("/")[0] for name in names} == {"schemas", "state", "flink_jobs"}
    assert not [name for name in names if "__pycache__" in name]
    ours = {str(path.relative_to(ROOT)) for path in (ROOT / "flink_jobs").rglob("*.py")}
    assert ours == {name for name in names if name.startswith("flink_jobs/") and name.endswith(".py")}


def _told(monkeypatch: pytest.MonkeyPatch, what: Shipment) -> tuple[list[str], dict[str, str], Path]:
    """Return the words for Flink's client, its settings, and the folder that it runs in."""
    seen: list[tuple[list[str], dict[str, str], Path]] = []

    def run(client: Plan, _module: str, words: list[str], cwd: Path) -> str:
        text = (flink_conf.conf_dir(client) / "config.yaml").read_text("utf-8")
        told = dict(line.split(": ", 1) for line in text.splitlines())
        seen.append((words, told, cwd))
        return "a" * 32

    monkeypatch.setattr(FlinkRest, "answers", lambda _self: True)
    monkeypatch.setattr(remote, "run_program", run)
    monkeypatch.setattr(remote.jars, "ensure", lambda _jars, _echo: [])
    assert remote.submit(HERE, what, print) == "a" * 32
    return seen[0]


def test_flinks_client_is_told_where_what_and_from_which_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job takes checkpoints and restarts from its client: what the local stack sets is set here, too."""
    wheel = tmp_path / "ours.whl"
    wheel.touch()
    given = Shipment(
        module="flink_jobs.trending",
        arguments=["--options", "job.toml", "--shards", "4"],
        code=wheel,
        python="/opt/python",
        savepoint="s3://b/sp",
        settings={"execution.checkpointing.interval": "30 s"},
    )
    words, told, cwd = _told(monkeypatch, given)
    text = " ".join(words)
    assert words[:4] == ["run", "-d", "-s", "s3://b/sp"]
    assert "-Dexecution.checkpointing.interval=30 s" in words
    assert "-pyexec /opt/python -pyclientexec" in text
    assert f"-pyfs {wheel} -pym flink_jobs.trending --options {Path('job.toml').resolve()} --shards 4" in text
    assert told["rest.address"] == "'127.0.0.1'"
    assert {key: told[key].strip("'") for key in flink_conf.OF_A_JOB} == flink_conf.OF_A_JOB
    # In the caller's folder a checkout would be found before the code that is sent.
    assert cwd != Path.cwd()


def test_code_is_packed_unless_the_cluster_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """By default what is installed here is sent."""
    words, _, _ = _told(monkeypatch, Shipment(module="flink_jobs.content"))
    assert "groundswell-code-" in words[words.index("-pyfs") + 1]
    words, _, _ = _told(monkeypatch, Shipment(module="flink_jobs.content", installed=True))
    assert "-pyfs" not in words


def test_what_cannot_work_is_refused_before_anything_starts() -> None:
    """Words of the local stack, a silent JobManager, settings that are none."""
    with pytest.raises(JobError, match="stand for what a local stack has"):
        remote.submit(HERE, Shipment("m", ["--kafka-bootstrap={kafka}"]), print)
    with pytest.raises(JobError, match="no JobManager answers at http"):
        remote.submit(HERE, Shipment("m"), print)
    with pytest.raises(JobError, match="expected key=value"):
        remote.settings_of(["parallelism.default"])


def test_a_job_is_stopped_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that runs; the verb prints where the savepoint lies. Without a folder it is the cluster's."""
    jobs = [("b" * 32, "content", "FINISHED"), ("c" * 32, "trending", "RUNNING")]
    asked: list[object] = []
    monkeypatch.setattr(FlinkRest, "newest_jobs", lambda _self: jobs)
    monkeypatch.setattr(
        FlinkRest, "stop_with_savepoint", lambda _self, job, folder: asked.append((job, folder)) or "t"
    )
    monkeypatch.setattr(FlinkRest, "savepoint", lambda _self, _job, _trigger: "file:/sp/1")
    if not app.registered_commands:
        load_verbs(app)
    runner = CliRunner()
    done = runner.invoke(app, ["stop", "trending", "--to", "h:1", "--json"])
    assert msgspec.json.decode(done.stdout) == {"name": "trending", "savepoint": "file:/sp/1"}
    assert (
        runner.invoke(app, ["stop", "d" * 32, "--to", "h:1", "--folder", "s3://b"]).stdout == "file:/sp/1\n"
    )
    assert asked == [("c" * 32, None), ("d" * 32, "s3://b")]
    with pytest.raises(JobError, match="no job 'content' runs at http://h:1; running: trending"):
        remote.stop(Cluster.at("h:1"), "content", None, 1)


def test_options_of_another_cluster_need_one() -> None:
    """What would be ignored without a word is refused."""
    if not app.registered_commands:
        load_verbs(app)
    done = CliRunner().invoke(app, ["submit", "flink_jobs.trending", "--installed"])
    assert done.exit_code == 2
    done = CliRunner().invoke(app, ["stop", "trending", "--folder", "s3://b"])
    assert done.exit_code == 2

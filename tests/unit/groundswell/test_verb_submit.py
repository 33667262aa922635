"""`groundswell submit`: what the stack knows need not be typed."""

import importlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flink_jobs._shell.options import _fields
from flink_jobs.content.options import ENV_PREFIX as CONTENT_PREFIX
from flink_jobs.trending.options import ENV_PREFIX as TRENDING_PREFIX
from groundswell.cli import app, load_verbs
from groundswell.stack import submit
from groundswell.stack.endpoints import Stack
from groundswell.verbs._job_options import FROM_STACK, completed
from tests.support.stack_plan import a_plan
from tests.support.tree import ROOT

TRENDING = "flink_jobs.trending"
ALL = [
    "--kafka-bootstrap={kafka}",
    "--redis-url={redis}",
    "--execution-mode={mode}",
    "--parallelism={parallelism}",
]


JOBS = sorted(path.parent.name for path in (ROOT / "flink_jobs").glob("[a-z]*/options.py"))


@pytest.mark.parametrize("job", JOBS)
def test_every_job_gets_all_that_the_stack_knows(job: str) -> None:
    """A job that is not in the table, or whose setting was renamed, would look for its stack elsewhere."""
    options = importlib.import_module(f"flink_jobs.{job}.options")
    known, settings = FROM_STACK[f"flink_jobs.{job}"], set(_fields(vars(options)[f"{job.title()}Options"]))
    assert known.env_prefix == options.ENV_PREFIX
    assert set(known.settings) == set(FROM_STACK[TRENDING].settings) & settings


def test_what_nobody_gave_is_added() -> None:
    """Without options all of it; of a job that is not in the table nothing is known."""
    assert completed(TRENDING, [], {}) == ALL
    assert completed("flink_jobs.other", ["--x"], {}) == ["--x"]


@pytest.mark.parametrize(
    ("given", "environ", "kept"),
    [
        (["--parallelism", "1"], {}, ALL[:3]),
        (["--parallelism=1", "--redis-url=redis://h:1/0"], {}, [ALL[0], ALL[2]]),
        (["--kafka_bootstrap", "h:1"], {}, ALL[1:]),
        (["--shards", "8"], {"GROUNDSWELL_TRENDING_EXECUTION_MODE": "process"}, [*ALL[:2], ALL[3]]),
    ],
)
def test_what_was_given_stays(given: list[str], environ: dict[str, str], kept: list[str]) -> None:
    """By a flag in any spelling, or by the environment, which a flag would overrule."""
    assert completed(TRENDING, given, environ) == [*given, *kept]


@pytest.mark.parametrize("notation", [["--options", "FILE"], ["--options=FILE"]])
def test_a_settings_file_is_not_overruled(tmp_path: Path, notation: list[str]) -> None:
    """Also when it cannot be read: then the job says so, not we."""
    file = tmp_path / "job.toml"
    given = [word.replace("FILE", str(file)) for word in notation]
    assert completed(TRENDING, given, {}) == [*given, *ALL]
    file.write_text("parallelism = 1\n[trend]\n")
    assert completed(TRENDING, given, {}) == [*given, *ALL[:3]]
    file.write_text("parallelism = \n")
    assert completed(TRENDING, given, {}) == [*given, *ALL]


def test_the_verb_hands_over_the_completed_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`groundswell submit flink_jobs.trending` is a whole command."""
    seen: list[tuple[object, ...]] = []

    def record(*told: object, restore_from: Path | None) -> str:
        seen.append((*told[1:], restore_from))
        return "a" * 32

    for name in ALL:
        monkeypatch.delenv(
            f"{TRENDING_PREFIX}_{name[2:].partition('=')[0].replace('-', '_').upper()}", raising=False
        )
    monkeypatch.setattr(Stack, "load", lambda _data: Stack.of(a_plan(tmp_path)))
    monkeypatch.setattr(submit, "submit", record)
    if not app.registered_commands:
        load_verbs(app)
    runner = CliRunner()
    assert runner.invoke(app, ["submit", TRENDING]).stdout == f"trending runs as {'a' * 32}\n"
    assert runner.invoke(app, ["submit", TRENDING, "--", "--parallelism", "1"]).exit_code == 0
    assert runner.invoke(app, ["submit", TRENDING, "--savepoint", "file:/sp/1"]).exit_code == 0
    assert seen == [
        (TRENDING, ALL, "trending", None),
        (TRENDING, ["--parallelism", "1", *ALL[:3]], "trending", None),
        (TRENDING, ALL, "trending", Path("/sp/1")),
    ]


def test_the_content_job_needs_no_options_either() -> None:
    """It asks the stack for what it reads and where it runs; it does not write to Redis."""
    assert completed("flink_jobs.content", [], {}) == [
        "--kafka-bootstrap={kafka}",
        "--execution-mode={mode}",
        "--parallelism={parallelism}",
    ]
    assert FROM_STACK["flink_jobs.content"].env_prefix == CONTENT_PREFIX

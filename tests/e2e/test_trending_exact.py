"""The job's counts equal an independent count, to the last event, whatever dies in between."""

import os
from functools import partial
from pathlib import Path

import pytest

from groundswell.stack import local
from groundswell.stack.endpoints import Stack
from groundswell.stack.submit import submit
from schemas.served import KINDS
from tests.support import plain_count
from tests.support.cli_talk import told
from tests.support.job_run import SMALL_BUFFERS, kill_after_a_checkpoint, wait_until_finished
from tests.support.redis_dump import differences, forget_all, redis_dump
from tests.support.shared_data import shared_data
from tests.support.trend_counts import COUNTED, dead_letters, malformed, panes

EVENTS = int(os.environ.get("EXACT_EVENTS", "20000"))  # 1,000,000 for the figures in the docs
MALFORMED = 0.01
_TIMEOUT_S = 1500
_told = partial(told, timeout_s=_TIMEOUT_S)
_panes = partial(panes, timeout_s=_TIMEOUT_S)


def _submit(stack: Stack, name: str) -> str:
    return submit(
        stack,
        "flink_jobs.trending",
        [
            f"--kafka-bootstrap={stack.kafka_bootstrap}",
            f"--redis-url={stack.redis_url}",
            f"--execution-mode={stack.plan.execution_mode}",
            f"--parallelism={stack.plan.task_managers}",
            f"--transaction-prefix={name}",
            f"--trend.kinds={','.join(KINDS)}",
            "--bounded",
            "--idle-timeout-ms=0",
            "--shards=4",
            "--batch-rows=1000",
            "--trend.min-users-out=1",
            "--trend.views=global,language,region,community,tag",
            "--out-of-order-ms=120000",
        ],
        name,
    )


def _redis_list(stack: Stack, kind: str = "tag", scope: str = "global") -> dict[str, object]:
    """Return a list of a kind as readers see it."""
    where = ("--kind", kind, "--scope", scope, "--no-fill")
    return _told("trends", "--redis", stack.redis_url, "--top", "1000", *where)


@pytest.mark.timeout(_TIMEOUT_S)
def test_simulated_events_are_counted_exactly_with_and_without_a_kill(tmp_path: Path) -> None:
    """All kinds, topics, scopes, panes and dead letters through kill -9; Redis as if nothing had happened.

    Moderators decide meanwhile, as the planted scenario has it.
    """
    dump, truth = tmp_path / "events.jsonl", tmp_path / "truth.json"
    with local.running(tmp_path / "stack", fresh=True, flink=SMALL_BUFFERS) as stack:
        sent = _told(
            "produce", "simulate",
            *("--events", str(EVENTS), "--hours", "24", "--malformed", str(MALFORMED)),
            *("--end", "2026-03-01T00:00Z", "--bootstrap", stack.kafka_bootstrap),
            *("--truth", str(truth), "--out", str(dump)),
        )  # fmt: skip
        assert sent["acknowledged"] == sent["produced"]
        job = _submit(stack, "killed")
        kill_after_a_checkpoint(stack, job, _TIMEOUT_S)
        assert wait_until_finished(stack, job, _TIMEOUT_S) > 0
        for kind in COUNTED:
            expected = plain_count.count(plain_count.read_jsonl(dump), kind=kind, in_places=True)
            assert _panes(stack.kafka_bootstrap, tmp_path / f"{kind}.csv", kind=kind) == expected
        assert dead_letters(stack.kafka_bootstrap) == malformed(truth) > 0
        found = {kind: _redis_list(stack, kind) for kind in KINDS}
        found["community"] = _redis_list(stack, scope="community:books")
        assert [name for name, one in found.items() if not one["trends"]] == ["link"]
        disturbed = redis_dump(stack.redis_url)
        forget_all(stack.redis_url)
        assert wait_until_finished(stack, _submit(stack, "undisturbed"), _TIMEOUT_S) == 0
        assert differences(disturbed, redis_dump(stack.redis_url)) == []


@pytest.mark.timeout(_TIMEOUT_S)
def test_a_day_of_wikipedia_edits_is_counted_exactly(tmp_path: Path) -> None:
    """39,244 real edits: every page, scope and pane equals a plain count of the file."""
    file = shared_data("topics/wikiticker_2015-09-12.jsonl.gz")
    with local.running(tmp_path / "stack", fresh=True) as stack:
        sent = _told("produce", "replay", str(file), "--bootstrap", stack.kafka_bootstrap)
        assert sent["acknowledged"] == 39_244
        wait_until_finished(stack, _submit(stack, "wiki"), _TIMEOUT_S)
        found = _panes(stack.kafka_bootstrap, tmp_path / "panes.csv")
        assert found == plain_count.count(_edits(file), in_places=True)
        assert dead_letters(stack.kafka_bootstrap) == 0


def _edits(file: Path) -> list[dict[str, object]]:
    """Read the edits as created content, without the producer's mapping."""
    from datetime import datetime  # noqa: PLC0415

    out: list[dict[str, object]] = []
    for row in plain_count.read_jsonl(file):
        at = datetime.fromisoformat(str(row["time"]).replace("Z", "+00:00"))
        out.append(
            {
                "event": "content",
                "action": "create",
                "source_ms": round(at.timestamp() * 1000),
                "actor_id": row["user"],
                "topics": [row["page"]],
                "lang": str(row["channel"]).removeprefix("#").split(".")[0],
                "region": row["countryIsoCode"] or "",
            }
        )
    return out

"""Run a demonstration from nothing to its verdict."""

import statistics
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from groundswell.dead_letters import LetterBox
from groundswell.demo import feed, ticks
from groundswell.demo.collector import collector
from groundswell.demo.page import page
from groundswell.demo.plan import OUT_OF_ORDER_MS, PANE_MS, DemoPlan, pane_for
from groundswell.demo.served import every_record
from groundswell.demo.verdict import judge, read_truth
from groundswell.kafka_read import KafkaReadError, read_topic
from groundswell.panes_file import collect
from groundswell.stack import local
from groundswell.stack.endpoints import Stack
from groundswell.stack.flink_rest import FlinkRest
from groundswell.stack.submit import submit
from schemas.registry import FileRegistry
from schemas.served import TrendRecord
from serving.errors import ServingError
from serving.redis_store import RedisTrendStore
from serving.trend import Listing
from state.ranking import floor
from state.trend_config import TrendConfig

JOB = "trending"
_POLL_S = 0.2
_CLOSE_TIMEOUT_S = 300.0
_TOP = 10
_ALL = 1000
_INPUT_TOPICS = ("engagement", "content")

Say = Callable[[str], None]


class DemoError(RuntimeError):
    """The demonstration could not be brought to its end."""


class Demonstration:
    """One demonstration on a running stack.

    Attributes:
        started_s: Monotonic time when the command began; delays are counted from there.
        first_trend_s: Seconds from there to the first listed topic; None = none yet.
        page: Address of the page that shows the same in a browser; empty = there is none.
        problem: Why the events of a watched demonstration did not get to their end.
    """

    def __init__(self, plan: DemoPlan, stack: Stack, say: Say, started_s: float) -> None:
        self.plan = plan
        self.started_s = started_s
        self.first_trend_s: float | None = None
        self.problem = ""
        self.page = ""
        self.store = RedisTrendStore.at(stack.redis_url)
        self._stack = stack
        self._say = say
        self._work = Path(stack.data_dir)
        self._truth = self._work / "demo-truth.json"
        self._pane_ms = PANE_MS
        self._topics: tuple[str, ...] = _INPUT_TOPICS
        self._feed: feed.Feed | None = None
        self._job = ""

    def begin(self) -> None:
        """Submit the job while the first events already travel.

        Raises:
            FeedError: The input cannot be used.
            JobError: Flink refused the job.
        """
        span = feed.span_of(self.plan, self._work / "demo-check.log") if self.plan.input else None
        if span is not None:
            self._pane_ms = pane_for(span.last_ms - span.first_ms)
            self._topics = span.topics
            self._feed = feed.replay(
                self.plan, span, self._stack.kafka_bootstrap, self._work / "demo-feed.log"
            )
        else:
            self._feed = feed.scenario(
                self.plan, self._stack.kafka_bootstrap, self._truth, self._work / "demo-feed.log"
            )
        self._say("events are on their way to Kafka; submitting the trending job to Flink ...")
        self._job = submit(self._stack, "flink_jobs.trending", self._arguments(), JOB)
        self._say(f"the trending job runs, {time.monotonic() - self.started_s:.0f} s after the start")

    def _arguments(self) -> list[str]:
        return [
            f"--kafka-bootstrap={self._stack.kafka_bootstrap}",
            f"--redis-url={self._stack.redis_url}",
            f"--execution-mode={self._stack.plan.execution_mode}",
            f"--trend.burst.pane-ms={self._pane_ms}",
            f"--out-of-order-ms={OUT_OF_ORDER_MS}",
            f"--topics={','.join(self._topics)}",
            f"--parallelism={self._stack.plan.task_managers}",
            "--shards=8",  # two task managers: fewer, larger pieces
            "--idle-timeout-ms=0",  # every partition of these topics gets events, and ticks at the end
        ]

    def note(self) -> str:
        """Return what is going on, for the line under the table."""
        if self.problem:
            return self.problem
        going = self._feed is not None and self._feed.running()
        said = "events are being replayed" if going else "all events are through"
        where = f"; in a browser: {self.page}" if self.page else ""
        return f"{said}{where}; Ctrl-C ends the demonstration and its stack"

    def finish(self) -> dict[str, object]:
        """Wait until every event is counted and every pane is closed; return the report.

        Raises:
            FeedError: Not every event was acknowledged.
            DemoError: The job did not get to the end in time.
        """
        sent = self._sent()
        newest_ms = int(str(sent["newest_ms"]))
        end_ms = ticks.close_panes(
            self._stack.kafka_bootstrap, newest_ms, self._pane_ms, self._topics, self._say
        )
        self._say("all events are acknowledged; waiting until the last pane is closed ...")
        self._wait_for(end_ms)
        self._wait_for_commit()
        return self._report(sent)

    def _sent(self) -> dict[str, object]:
        if self._feed is None:
            raise DemoError("nothing was sent: begin() comes first")
        while self._feed.running():
            self.look()
            time.sleep(_POLL_S)
        return self._feed.result()

    def look(self) -> Listing:
        """Read the list once and remember when it first held something."""
        shown = self.store.listing("global", _ALL)
        if shown.trends and self.first_trend_s is None:
            self.first_trend_s = time.monotonic() - self.started_s
            self._say(f"first trend after {self.first_trend_s:.0f} s: {shown.trends[0].record.topic}")
        return shown

    def _wait_for(self, end_ms: int) -> None:
        deadline_s = time.monotonic() + _CLOSE_TIMEOUT_S
        while time.monotonic() < deadline_s:
            as_of = self.look().as_of
            if as_of is not None and as_of.as_of_ms >= end_ms:
                time.sleep(1.0)  # the last batch of another shard may be a bundle behind
                return
            time.sleep(_POLL_S)
        raise DemoError(
            f"the job did not close the pane that ends at {end_ms} ms within {_CLOSE_TIMEOUT_S:.0f} s; "
            f"see `groundswell status --data {self._work}` and {self._work / 'logs'}"
        )

    def _wait_for_commit(self) -> None:
        """Wait for a checkpoint that begins now: with its end the last panes and dead letters are visible."""
        since_ms, deadline_s = time.time() * 1000, time.monotonic() + _CLOSE_TIMEOUT_S
        rest = FlinkRest(self._stack.flink_rest_url)
        while time.monotonic() < deadline_s:
            done = (rest.checkpoints(self._job).get("latest") or {}).get("completed") or {}
            if float(done.get("trigger_timestamp", 0)) >= since_ms:
                return
            time.sleep(_POLL_S)
        raise DemoError(
            f"the job took no checkpoint within {_CLOSE_TIMEOUT_S:.0f} s; see {self._work / 'logs'}"
        )

    def _report(self, sent: Mapping[str, object]) -> dict[str, object]:
        bootstrap = self._stack.kafka_bootstrap
        panes = collect(read_topic(bootstrap, "trend.panes"), FileRegistry())
        records = every_record(self._stack.redis_url)
        box = LetterBox()
        for topic in self._topics:
            deque(box.sort(read_topic(bootstrap, f"{topic}.dlq")), maxlen=0)
        report: dict[str, object] = {
            "events_produced": sent["produced"],
            "events_acknowledged": sent["acknowledged"],
            "events_dead_lettered": box.total,
            "panes": len(panes.by_key),
            "panes_by_kind": dict(Counter(pane.kind for pane in panes.rows())),
            "seconds_to_first_trend": None if self.first_trend_s is None else round(self.first_trend_s, 1),
            "seconds_in_all": round(time.monotonic() - self.started_s, 1),
        }
        if self.plan.input is None:
            tags = [record for record in records if record.kind == "tag"]
            verdict = judge(read_truth(self._truth), tags, self._lowest_rank())
            delays = [int(str(f["delay_min"])) for f in verdict.found]
            report |= {
                "planted": len(verdict.found) + len(verdict.missed),
                "planted_found": len(verdict.found),
                "median_delay_min": statistics.median(delays) if delays else None,
                **asdict(verdict),
            }
        tops = {kind: self._top(kind) for kind in TrendConfig().kinds}
        return {**report, "top": tops.pop("tag"), "top_by_kind": tops, "peaks": _peaks(records)}

    def _lowest_rank(self) -> float:
        as_of = self.store.as_of()
        return floor(as_of.min_strength, as_of.as_of_ms, as_of.half_life_ms) if as_of else 0.0

    def _top(self, kind: str) -> list[dict[str, object]]:
        shown = self.store.listing("global", _TOP, kind)
        return [
            {
                "rank": place,
                "topic": trend.record.topic,
                "strength": round(trend.strength, 2),
                "users": trend.record.users,
                "alert": trend.record.alert,
            }
            for place, trend in enumerate(shown.trends, start=1)
        ]

    def stop(self) -> None:
        """End what this demonstration runs beside the stack."""
        if self._feed is not None:
            self._feed.stop()
        self.store.close()


def _peaks(records: list[TrendRecord]) -> list[dict[str, object]]:
    """Return the strongest moments of the whole stretch, for recognising what happened when."""
    strongest = sorted(
        (r for r in records if r.scope == "global" and r.kind == "tag"),
        key=lambda r: r.peak_strength,
        reverse=True,
    )
    return [
        {
            "topic": r.topic,
            "peak": time.strftime("%Y-%m-%dT%H:%MZ", time.gmtime(r.peak_ms / 1000)),
            "strength": r.peak_strength,
        }
        for r in strongest[:_TOP]
    ]


def run(plan: DemoPlan, say: Say, show: Callable[[Demonstration], None] | None) -> dict[str, object]:
    """Run a demonstration on a fresh stack that ends with it.

    Args:
        plan: What to show.
        say: Takes lines of progress.
        show: Shows the live table until the watcher has seen enough; None = nobody watches.

    Returns:
        The report; for a watched demonstration that was left early, without a verdict.
    """
    started_s = time.monotonic()
    with local.running(plan.data, fresh=True, echo=say) as stack:
        demo = Demonstration(plan, stack, say, started_s)
        try:
            demo.begin()
            if show is None:
                return demo.finish()
            logs = Path(stack.data_dir)
            addresses = stack.kafka_bootstrap, stack.redis_url, stack.flink_rest_url
            with (
                page(stack.redis_url, logs / "demo-page.log") as demo.page,
                collector(*addresses, logs / "demo-health.log"),
            ):
                return _watched(demo, show)
        finally:
            demo.stop()


def _watched(demo: Demonstration, show: Callable[[Demonstration], None]) -> dict[str, object]:
    """Show the table here; close the last panes in the background when the events are through."""
    report: dict[str, object] = {}

    def end() -> None:
        # Nobody waits for this thread: what went wrong stands under the table.
        try:
            report.update(demo.finish())
        except (feed.FeedError, DemoError, ServingError, KafkaReadError) as error:
            demo.problem = str(error)

    worker = threading.Thread(target=end, daemon=True, name="demo-finish")
    worker.start()
    show(demo)
    return report

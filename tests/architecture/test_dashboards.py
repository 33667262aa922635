"""Dashboards are what the code says, what Grafana can read, and ask only for metrics that exist."""

import json
from pathlib import Path

import pytest
import yaml

from groundswell.dashboards.boards import BOARDS, files
from groundswell.dashboards.panel import DATASOURCE
from groundswell.reference.metrics_catalog import catalog
from tests.support.dashboards import DASHBOARDS, alert_queries, panel_queries
from tests.support.promql import metrics_of
from tests.support.tree import ROOT

PROVISIONING = ROOT / "deploy" / "grafana" / "provisioning"
UNITS = {"short", "s", "ms", "bytes", "Bps", "ops", "percentunit", "bool", "dateTimeFromNow"}


def _document(path: Path) -> dict[str, object]:
    return dict(json.loads(path.read_text("utf-8")))


def test_committed_files_are_the_generated_ones() -> None:
    """`make docs` writes them; nothing else lies beside them."""
    assert {f"deploy/grafana/dashboards/{path.name}" for path in DASHBOARDS} == set(files())
    for path, make in files().items():
        assert (ROOT / path).read_text("utf-8") == make()


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_has_what_grafana_needs(path: Path) -> None:
    """Ids and titles are unique, panels do not overlap, queries have names, panels say how to read them."""
    board = _document(path)
    assert board["uid"] == f"groundswell-{path.stem}"
    assert board["schemaVersion"] == 39
    panels = board["panels"]
    assert isinstance(panels, list)
    assert len({panel["id"] for panel in panels}) == len({panel["title"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        assert panel["type"] in {"timeseries", "stat"}
        assert panel["description"].endswith(".")
        assert panel["datasource"] == DATASOURCE
        assert panel["fieldConfig"]["defaults"]["unit"] in UNITS
        refs = [target["refId"] for target in panel["targets"]]
        assert refs == sorted(set(refs))
        assert refs
        assert all(target["expr"] and target["legendFormat"] for target in panel["targets"])
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken
        taken |= cells


def test_queries_ask_for_metrics_that_exist() -> None:
    """A panel on a metric that was renamed is empty for ever."""
    known = {series for entry in catalog() for series in entry.series}
    for asked in panel_queries():
        found = metrics_of(asked.expr)
        assert found, asked
        assert found <= known, asked


def test_every_metric_of_ours_is_seen_or_wakes_somebody() -> None:
    """What is counted and shown nowhere costs and helps nobody; the exceptions say why."""
    used = {name for asked in (*panel_queries(), *alert_queries()) for name in metrics_of(asked.expr)}
    unused = {
        entry.name
        for entry in catalog()
        if entry.source not in {"flink", "prometheus"} and not used & set(entry.series)
    }
    sums = {name for name in unused if name.endswith(("_milliseconds_count", "_milliseconds_sum"))}
    assert unused - sums == {
        "flink_taskmanager_job_task_operator_groundswell_drift_alarms",  # Redis has those of all
        "groundswell_as_of_seconds",  # the freshness of trends, known without `groundswell health`
        "groundswell_checkpoint_duration_seconds",  # Flink's own is shown
        "groundswell_checkpoints_failed_total",
        "groundswell_job_restores_total",
        "groundswell_pipeline_problems",
    }


def test_the_dashboards_are_there() -> None:
    """An operator's questions."""
    assert [board.name for board in BOARDS] == ["overview", "jobs", "trends", "models", "serving", "kafka"]


def test_grafana_finds_source_and_dashboards() -> None:
    """The names that panels ask by are those that are provisioned; the folder is what compose mounts."""
    (source,) = yaml.safe_load((PROVISIONING / "datasources" / "prometheus.yml").read_text("utf-8"))[
        "datasources"
    ]
    assert {"type": source["type"], "uid": source["uid"]} == DATASOURCE
    (provider,) = yaml.safe_load((PROVISIONING / "dashboards" / "groundswell.yml").read_text("utf-8"))[
        "providers"
    ]
    mounts = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]["grafana"][
        "volumes"
    ]
    assert f"./deploy/grafana/dashboards:{provider['options']['path']}:ro" in mounts

"""Every query of the committed dashboards and alert rules, and what a running Prometheus answers to it.

`python -m tests.support.dashboards http://127.0.0.1:9090` tells which return no data, and ends with 1 then.
"""

import json
import sys
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import yaml

from groundswell.dashboards.boards import BOARDS
from tests.support.promql import metrics_of
from tests.support.tree import ROOT

DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
RULES = sorted((ROOT / "deploy" / "prometheus" / "rules").glob("*.yml"))
RATE_S = 60  # in place of Grafana's $__rate_interval


class Asked(NamedTuple):
    """One query.

    Attributes:
        where: File and panel or alert.
        expr: PromQL without Grafana's variables.
    """

    where: str
    expr: str


def panel_queries() -> Iterator[Asked]:
    """Yield the queries of all panels."""
    for path in DASHBOARDS:
        for panel in json.loads(path.read_text("utf-8"))["panels"]:
            for target in panel["targets"]:
                expr = target["expr"].replace("$__rate_interval", f"{RATE_S}s")
                yield Asked(f"{path.stem}: {panel['title']}", expr)


def alert_queries() -> Iterator[Asked]:
    """Yield the expressions of all alerts."""
    for path in RULES:
        for group in yaml.safe_load(path.read_text("utf-8"))["groups"]:
            for rule in group["rules"]:
                yield Asked(str(rule["alert"]), rule["expr"])


def quiet() -> set[str]:
    """Return the panels that may return nothing while all is well."""
    return {f"{board.name}: {panel.title}" for board in BOARDS for panel in board.panels if panel.quiet}


def ask(prometheus: str, expr: str) -> list[dict[str, object]]:
    """Return the series of an answer; NaN counts as none.

    Raises:
        AssertionError: Prometheus does not understand the query.
    """
    answer = httpx.get(f"{prometheus}/api/v1/query", params={"query": expr}, timeout=10).json()
    assert answer["status"] == "success", f"{expr}: {answer.get('error')}"
    return [one for one in answer["data"]["result"] if one["value"][1] != "NaN"]


def empty(prometheus: str) -> list[str]:
    """Return what has no data: panels, and metrics of alerts, whose own answer is empty when all is well."""
    said = quiet()
    out = [one.where for one in panel_queries() if not ask(prometheus, one.expr) and one.where not in said]
    for one in alert_queries():
        ask(prometheus, one.expr)
        out += [
            f"{one.where}: {metric}"
            for metric in metrics_of(one.expr)
            if not ask(prometheus, f"count({metric})")
        ]
    return out


def main(arguments: list[str]) -> int:
    """Ask everything once."""
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    found = empty(arguments[0])
    asked = len(list(panel_queries())), len(list(alert_queries()))
    sys.stdout.write(f"{asked[0]} queries of panels, {asked[1]} of alerts; without data: {len(found)}\n")
    sys.stdout.write("".join(f"  {one}\n" for one in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Each alert has cases in which it fires and is quiet, a page that says what to do, and existing metrics."""

import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path

import pytest
import yaml

from groundswell.reference.metrics_catalog import catalog
from tests.support.promql import metrics_of
from tests.support.tree import ROOT

FOLDER = ROOT / "deploy" / "prometheus"
FILES = sorted((FOLDER / "rules").glob("*.yml"))


def _rules(file: Path) -> list[dict[str, dict[str, str]]]:
    groups = yaml.safe_load(file.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


RULES = [rule for file in FILES for rule in _rules(file)]
PROMTOOL = shutil.which("promtool")
needs_promtool = pytest.mark.skipif(
    PROMTOOL is None, reason="needs promtool (Debian: apt install prometheus)"
)


def _cases(file: Path) -> Counter[tuple[str, bool]]:
    """Return how many cases there are of each (alert, whether it is to fire)."""
    document = yaml.safe_load((file.parent / "tests" / file.name).read_text("utf-8"))
    tests = [test for case in document["tests"] for test in case["alert_rule_test"]]
    return Counter((test["alertname"], bool(test["exp_alerts"])) for test in tests)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_each_rule_fires_in_one_case_and_is_quiet_in_another(file: Path) -> None:
    """A rule that nobody saw fire may never fire; one that nobody saw quiet wakes people for nothing."""
    names = [
        rule["alert"]
        for group in yaml.safe_load(file.read_text("utf-8"))["groups"]
        for rule in group["rules"]
    ]
    assert set(_cases(file)) == {(name, fires) for name in names for fires in (True, False)}


def test_names_are_unique() -> None:
    """The page has one section for a name."""
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names)) > 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_page_says_what_to_do(rule: dict[str, dict[str, str]]) -> None:
    """The runbook's address leads to a section of the alert's name."""
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    name = str(rule["alert"])
    assert anchor == name.lower()
    assert f"\n## {name}\n" in (ROOT / page).read_text("utf-8")
    assert rule["labels"]["severity"] in {"page", "ticket"}


def test_the_page_has_no_section_of_an_alert_that_is_gone() -> None:
    """Whoever is woken does not read about yesterday's alerts."""
    text = (ROOT / "docs" / "howto" / "alerts.md").read_text("utf-8")
    assert set(re.findall(r"^## (\w+)$", text, re.MULTILINE)) == {rule["alert"] for rule in RULES}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_metrics_exist(rule: dict[str, str]) -> None:
    """A rule on a metric that was renamed is quiet for ever."""
    known = {series for entry in catalog() for series in entry.series}
    found = metrics_of(rule["expr"])
    assert found
    assert found - known == set()


def test_a_wrong_metric_is_seen() -> None:
    """The reader of expressions finds names, and takes neither labels nor functions for one."""
    assert metrics_of('sum by (le) (rate(a_b{c="d_e", f=~"g.*"}[5m])) > on (h) group_left 2 * i_j') == {
        "a_b",
        "i_j",
    }


@needs_promtool
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_promtool_agrees(file: Path) -> None:
    """Prometheus's own tool runs all cases."""
    command = [str(PROMTOOL), "test", "rules", str(file.parent / "tests" / file.name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_promtool_sees_a_case_that_does_not_hold(tmp_path: Path) -> None:
    """A case that cannot fail would prove nothing."""
    (tmp_path / "tests").mkdir()
    for name in ("readers.yml", "tests/readers.yml"):
        text = (FOLDER / "rules" / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace("0.01 * sum", "0.9 * sum"), "utf-8")
    done = subprocess.run(
        [str(PROMTOOL), "test", "rules", str(tmp_path / "tests" / "readers.yml")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert "ApiErrors" in done.stdout + done.stderr


@needs_promtool
def test_promtool_reads_the_configuration() -> None:
    """Compose's Prometheus starts with it, and finds the rules."""
    command = [str(PROMTOOL), "check", "config", str(FOLDER / "prometheus.yml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("rules found") == len(FILES)

"""Write `docs/reference/metrics.md` from the code that counts."""

from collections.abc import Iterable
from typing import Final

from groundswell.reference.metrics_catalog import Entry, catalog
from groundswell.reference.tables import code, table

_HEAD: Final = """# Metrics

Generated from `flink_jobs/_shell/meters.py`, `serving/web/metrics.py`, `serving/web/pipeline_metrics.py` and
`groundswell/canary/metrics.py` by `python -m groundswell.reference`: do not edit.
[Observe](../howto/observe.md) says how Prometheus gets them, [alerts](../howto/alerts.md) which of them wake
somebody.

Labels are jobs, topics of Kafka, reasons, steps, endpoints and statuses. No label holds a person, a trending
topic or a key.
"""
_PARTS: Final = (
    (
        "jobs",
        "Of jobs",
        (
            "Counted by our steps, once a batch, and shown by Flink, which adds `job_name`, `operator_name`, "
            "`task_name`, `subtask_index` and others, and calls all of them gauges. They start at 0 with a "
            "job's start, as counters do. Times are counted in buckets: `histogram_quantile` reads them."
        ),
    ),
    (
        "flink",
        "Of Flink and of Kafka's clients in it",
        "What our dashboards and alerts use. Flink has many more. Those of a job carry `job_name`.",
    ),
    ("serving", "Of the HTTP server", "`groundswell serve`, `http://127.0.0.1:9464/metrics`."),
    (
        "pipeline",
        "Of the pipeline, by the HTTP server",
        "What `groundswell health --every 5` found last; without it only `groundswell_pipeline_collected`.",
    ),
    ("canary", "Of canaries", "`groundswell canary`, `http://127.0.0.1:9465/metrics`."),
    (
        "kafka",
        "Of the broker",
        (
            "By the JMX exporter in its process, with the rules of `groundswell/stack/kafka_metrics.yml`: on "
            "a stack that was started with `--metrics`, and wherever you run the exporter with these rules."
        ),
    ),
    ("prometheus", "Of Prometheus", "For each target."),
)


def page() -> str:
    """Return the text of the page."""
    entries = catalog()
    parts = [
        f"\n## {title}\n\n{words}\n\n{_table(one for one in entries if one.source == source)}"
        for source, title, words in _PARTS
    ]
    return _HEAD + "".join(parts)


def _table(entries: Iterable[Entry]) -> str:
    rows = [(code(one.name), one.kind, ", ".join(map(code, one.labels)), one.help) for one in sorted(entries)]
    return table(("metric", "kind", "labels", "meaning"), rows)

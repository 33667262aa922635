"""What a Prometheus that watches one local stack asks; its jobs are named as in deploy/prometheus."""

from typing import Final

import msgspec

from groundswell.stack.plan import Plan
from groundswell.stack.ports import LOOPBACK

SERVING_PORT: Final = 9464
CANARY_PORT: Final = 9465
SCRAPE_S: Final = 5


def document(
    plan: Plan, serving_port: int = SERVING_PORT, canary_port: int = CANARY_PORT
) -> dict[str, object]:
    """Return what Prometheus is to ask.

    Args:
        plan: Of the stack.
        serving_port: Metrics port of `groundswell serve`.
        canary_port: Metrics port of `groundswell canary`.
    """
    gate = f"{LOOPBACK}:{plan.ports['metrics']}"
    workers = [f"taskmanager-{number}" for number in range(1, plan.task_managers + 1)]
    pushed = [("flink-jobmanager", "jobmanager"), *(("flink-taskmanager", name) for name in workers)]
    flink = [
        {
            "job_name": name,
            "metrics_path": f"/metrics/job/{name}",
            "static_configs": [{"targets": [gate], "labels": {"job": job, "instance": name}}],
        }
        for job, name in pushed
    ]
    ours = [
        {"job_name": job, "static_configs": [{"targets": [f"{LOOPBACK}:{port}"]}]}
        for job, port in (("serving", serving_port), ("canary", canary_port))
    ]
    if plan.kafka_agent:
        ours.append(
            {
                "job_name": "kafka",
                "static_configs": [{"targets": [f"{LOOPBACK}:{plan.ports['kafka_metrics']}"]}],
            }
        )
    return {"global": {"scrape_interval": f"{SCRAPE_S}s"}, "scrape_configs": [*flink, *ours]}


def write(plan: Plan) -> None:
    """Write it into the stack's folder. JSON is YAML."""
    plan.layout.prometheus_file.write_bytes(msgspec.json.format(msgspec.json.encode(document(plan))))

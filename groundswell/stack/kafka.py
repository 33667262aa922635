"""One Kafka broker that is its own controller (KRaft), on loopback, from plain jars."""

import os
import uuid
from base64 import urlsafe_b64encode
from importlib import resources
from pathlib import Path

from groundswell.stack import logs, ports, topics
from groundswell.stack.plan import Plan
from groundswell.stack.ports import LOOPBACK
from groundswell.stack.service import Service

_HEAP_MB = 512


def bootstrap(plan: Plan) -> str:
    """Return the address that clients use."""
    return f"{LOOPBACK}:{plan.ports['kafka']}"


def properties(data: Path, broker_port: int, controller_port: int) -> dict[str, str]:
    """Return the broker's settings: small, one replica of everything, nothing created by accident."""
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{LOOPBACK}:{controller_port}",
        "listeners": f"PLAINTEXT://{LOOPBACK}:{broker_port},CONTROLLER://{LOOPBACK}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{broker_port}",
        "inter.broker.listener.name": "PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "4",
        "group.initial.rebalance.delay.ms": "0",
        "num.network.threads": "2",
        "num.io.threads": "4",
        # The cleaner's default buffer of 128 MB is a quarter of our heap; 16 MB holds 0.6 M keys.
        "log.cleaner.dedupe.buffer.size": str(16 << 20),
        # Replays carry event times of years ago, and retention counts from the record's timestamp.
        "log.retention.ms": "-1",
    }


def service(plan: Plan) -> Service:
    """Return the broker as something to supervise; writes its configuration."""
    layout = plan.layout
    data, tmp = layout.kafka / "data", layout.kafka / "tmp"
    tmp.mkdir(parents=True, exist_ok=True)
    config = layout.kafka / "server.properties"
    settings = properties(data, plan.ports["kafka"], plan.ports["kafka_controller"])
    config.write_text("".join(f"{key}={value}\n" for key, value in settings.items()), encoding="utf-8")
    formatted = (data / "meta.properties").exists()
    format_storage = _java(
        plan, "kafka-format", "-Xmx64m", "kafka.tools.StorageTool",
        "format", f"--cluster-id={_cluster_id()}", "-c", str(config),  # an id may begin with a dash
    )  # fmt: skip
    return Service(
        name="kafka",
        argv=_java(plan, "kafka", f"-Xmx{_HEAP_MB}m", "kafka.Kafka", str(config), more=_agent(plan)),
        env={},
        log=layout.logs / "kafka.out",
        prepare=() if formatted else (format_storage,),
        ready=lambda: is_ready(plan),
    )


def is_ready(plan: Plan) -> bool:
    """Say whether the broker answers and has our topics; creates missing ones."""
    if not ports.is_open(plan.ports["kafka"]):
        return False
    return topics.create_missing(bootstrap(plan))


def _agent(plan: Plan) -> tuple[str, ...]:
    """Return what makes the broker show its metrics, when somebody asked for them."""
    if not plan.kafka_agent:
        return ()
    text = resources.files("groundswell.stack").joinpath("kafka_metrics.yml").read_text(encoding="utf-8")
    rules = plan.layout.kafka / "metrics.yml"
    rules.write_text(text, encoding="utf-8")
    return (f"-javaagent:{plan.kafka_agent}={LOOPBACK}:{plan.ports['kafka_metrics']}:{rules}",)


def _java(
    plan: Plan, log_name: str, heap: str, main: str, *arguments: str, more: tuple[str, ...] = ()
) -> tuple[str, ...]:
    return (
        plan.java,
        heap,
        *more,
        "-XX:TieredStopAtLevel=1",  # on a small machine compiling less leaves more to the job
        "-XX:-UsePerfData",
        "-Djava.awt.headless=true",
        f"-Djava.io.tmpdir={plan.layout.kafka / 'tmp'}",
        f"-Dlog.file={plan.layout.logs / log_name}.log",
        f"-Dlog4j2.configurationFile={logs.log4j_config(plan.layout)}",
        "-cp",
        os.pathsep.join(plan.kafka_jars),
        main,
        *arguments,
    )


def _cluster_id() -> str:
    return urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")

"""A plan with fixed values, for tests that start nothing."""

from pathlib import Path

from groundswell.stack import plan
from groundswell.stack.plan import Plan


def a_plan(root: Path, mode: str = "thread") -> Plan:
    """Return a plan of a stack in a folder; only its PyFlink exists."""
    return Plan(
        stack_id="s",
        root=str(root),
        java_home="/j",
        java_version="17.0.1",
        redis_program="/r",
        redis_version="7.2",
        kafka_jars=["/k.jar"],
        flink_jars=["/f.jar"],
        pyflink_home=str(plan.package_folder("pyflink")),
        python="/p",
        python_path=["/site"],
        execution_mode=mode,
        ports={name: 20_000 + at for at, name in enumerate(plan.PORT_NAMES)},
    )

"""A broker alone, with our topics, for tests that need nothing of Flink: a third of a stack's start."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.stack import kafka, plan, processes
from groundswell.stack.layout import Layout
from tests.support.stack_talk import eventually


@contextmanager
def running_kafka(folder: Path) -> Iterator[str]:
    """Run a broker; yield its address."""
    layout = Layout.at(folder)
    layout.create()
    made = plan.make(layout, lambda _: None)
    service = kafka.service(made)
    for program in service.prepare:
        subprocess.run(program, check=True, capture_output=True, timeout=60)
    process = processes.spawn(service.argv, stack_id=made.stack_id, log=service.log)
    try:
        eventually(service.ready, "the broker has our topics", 60)
        yield kafka.bootstrap(made)
    finally:
        process.kill()
        process.wait(20)

"""A broker alone, with our topics, for tests that need nothing of Flink: a third of a stack's start."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from groundswell.stack import kafka, plan, processes
from groundswell.stack.layout import Layout
from groundswell.stack.service import Service
from tests.support.stack_talk import eventually


@contextmanager
def running_kafka(folder: Path) -> Iterator[str]:
    """Run a broker; yield its address."""
    layout = Layout.at(folder)
    layout.create()
    made = plan.make(layout, lambda _: None)
    service = kafka.service(made)
    with started(service, made.stack_id, service.ready):
        yield kafka.bootstrap(made)


@contextmanager
def started(
    service: Service, stack_id: str, ready: Callable[[], bool], *format_options: str
) -> Iterator[None]:
    """Format a broker's storage and run it for the length of a block."""
    [prepare] = service.prepare
    subprocess.run([*prepare, *format_options], check=True, capture_output=True, timeout=60)
    process = processes.spawn(service.argv, stack_id=stack_id, log=service.log)
    try:
        eventually(ready, "the broker answers")
        yield
    finally:
        process.kill()
        process.wait(20)

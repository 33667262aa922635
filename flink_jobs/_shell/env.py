"""Environments with the settings that every job needs."""

from collections.abc import Mapping

from pyflink.common import Configuration
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

MAX_PARALLELISM = 128  # fixed for ever: it decides where keyed state lives

_SETTINGS = {
    "pipeline.max-parallelism": str(MAX_PARALLELISM),
    "pipeline.object-reuse": "true",
    "table.local-time-zone": "UTC",
    "table.exec.uid.generation": "ALWAYS",
}


def table_environment(
    settings: Mapping[str, str],
) -> tuple[StreamExecutionEnvironment, StreamTableEnvironment]:
    """Return the environments of a job; ``settings`` are Flink options that the job chooses."""
    config = Configuration()
    for key, value in {**_SETTINGS, **settings}.items():
        config.set_string(key, value)
    env = StreamExecutionEnvironment.get_execution_environment(config)
    return env, StreamTableEnvironment.create(env)

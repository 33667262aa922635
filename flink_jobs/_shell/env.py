"""Environments with the settings that every job needs."""

from collections.abc import Mapping

from pyflink.common import Configuration
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import StreamTableEnvironment

from flink_jobs._shell.job_options import MAX_PARALLELISM, JobOptions

_SETTINGS = {
    "pipeline.max-parallelism": str(MAX_PARALLELISM),
    "pipeline.object-reuse": "true",
    "table.local-time-zone": "UTC",
    "table.exec.uid.generation": "ALWAYS",
}


def job_environment(
    options: JobOptions, settings: Mapping[str, str]
) -> tuple[StreamExecutionEnvironment, StreamTableEnvironment]:
    """Return the environments of a job with these options; ``settings`` are further Flink options."""
    chosen = {
        "python.execution-mode": options.execution_mode,
        "python.fn-execution.arrow.batch.size": str(options.batch_rows),
        "python.fn-execution.bundle.size": str(options.batch_rows),
        "python.fn-execution.bundle.time": str(options.bundle_ms),
    }
    if options.parallelism:
        chosen["parallelism.default"] = str(options.parallelism)
    config = Configuration()
    for key, value in {**_SETTINGS, **chosen, **settings}.items():
        config.set_string(key, value)
    env = StreamExecutionEnvironment.get_execution_environment(config)
    return env, StreamTableEnvironment.create(env)

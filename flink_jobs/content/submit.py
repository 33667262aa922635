"""Read the settings, build the graph, hand it to Flink."""

from collections.abc import Sequence

from flink_jobs._shell.submit import run
from flink_jobs.content.options import ENV_PREFIX, ContentOptions

LABELS_TOPIC = "content.labels"
_LETTERS_OF = ("content", "engagement")  # a sink chooses a topic for each record only among several


def main(argv: Sequence[str]) -> int:
    """Submit the job. Returns 0, or 2 when the settings cannot be used."""
    return run(argv, "content", ContentOptions, ENV_PREFIX, _execute)


def _execute(options: ContentOptions) -> None:
    """Build and submit; Flink is loaded only here."""
    from flink_jobs._shell import kafka_tables as kafka  # noqa: PLC0415
    from flink_jobs._shell.env import job_environment  # noqa: PLC0415
    from flink_jobs.content.pipeline import Ends, build  # noqa: PLC0415

    settings = kafka.settings_of(options, out_of_order_ms=0)  # nothing waits for event time
    env, tables = job_environment(
        options, {"execution.checkpointing.interval": f"{options.checkpoint_ms} ms"}
    )
    letters = tuple(dict.fromkeys((*options.topics, *_LETTERS_OF)))
    ends = Ends(
        events=kafka.raw_source(settings, options.topics),
        labels=kafka.keyed_sink(settings, LABELS_TOPIC, "labels", timed=True),
        dead_letters=kafka.dead_letter_sink(settings, letters, "dead"),
    )
    build(tables, ends, options).attach_as_datastream()
    env.execute("content")

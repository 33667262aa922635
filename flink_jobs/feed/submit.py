"""Read the settings, build the graph, hand it to Flink."""

from collections.abc import Sequence

from flink_jobs._shell.submit import run
from flink_jobs.feed.options import ENV_PREFIX, FeedOptions


def main(argv: Sequence[str]) -> int:
    """Submit the job. Returns 0, or 2 when the settings cannot be used."""
    return run(argv, "feed", FeedOptions, ENV_PREFIX, _execute)


def _execute(options: FeedOptions) -> None:
    """Build and submit; Flink is loaded only here."""
    from flink_jobs._shell import kafka_tables as kafka  # noqa: PLC0415
    from flink_jobs._shell.env import job_environment  # noqa: PLC0415
    from flink_jobs.feed.pipeline import Ends, build  # noqa: PLC0415

    settings = kafka.settings_of(options, options.out_of_order_ms)
    env, tables = job_environment(
        options,
        {
            "table.exec.source.idle-timeout": f"{options.idle_timeout_ms} ms",
            "pipeline.auto-watermark-interval": f"{options.watermark_ms} ms",
        },
    )
    controls = tuple(filter(None, (options.moderation_topic, options.erasure_topic)))
    # A sink chooses its topic for each record only when it has several (connector 5.0): all, then.
    named = (*options.topics, *controls, *FeedOptions().topics, "moderation", "erasure")
    letters = tuple(dict.fromkeys(named))
    ends = Ends(
        events=kafka.raw_source(settings, options.topics),
        controls=tuple(kafka.raw_control_source(settings, topic) for topic in controls),
        dead_letters=kafka.dead_letter_sink(settings, letters, "dead") if options.dead_letters else None,
    )
    build(tables, ends, options).attach_as_datastream()
    env.execute("feed")

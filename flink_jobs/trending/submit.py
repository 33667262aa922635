"""Read the settings, build the graph, hand it to Flink."""

from collections.abc import Sequence

from flink_jobs._shell.submit import run
from flink_jobs.trending.options import ENV_PREFIX, TrendingOptions

PANES_TOPIC = "trend.panes"
REVIEWS_TOPIC = "trend.reviews"


def main(argv: Sequence[str]) -> int:
    """Submit the job. Returns 0, or 2 when the settings cannot be used."""
    return run(argv, "trending", TrendingOptions, ENV_PREFIX, _execute)


def _execute(options: TrendingOptions) -> None:
    """Build and submit; Flink is loaded only here."""
    from flink_jobs._shell import kafka_tables as kafka  # noqa: PLC0415
    from flink_jobs._shell.env import job_environment  # noqa: PLC0415
    from flink_jobs.trending.pipeline import Ends, build  # noqa: PLC0415

    settings = kafka.settings_of(options, options.out_of_order_ms)
    env, tables = job_environment(
        options, {"table.exec.source.idle-timeout": f"{options.idle_timeout_ms} ms"}
    )
    # A sink chooses its topic for each record only when it has several (connector 5.0): all, then.
    named = (*options.topics, options.decisions_topic, *TrendingOptions().topics)
    letters = tuple(dict.fromkeys(topic for topic in named if topic))
    ends = Ends(
        events=kafka.raw_source(settings, options.topics),
        decisions=(
            kafka.raw_control_source(settings, options.decisions_topic) if options.decisions_topic else None
        ),
        panes=kafka.keyed_sink(settings, PANES_TOPIC, "panes"),
        reviews=kafka.keyed_sink(settings, REVIEWS_TOPIC, "reviews"),
        dead_letters=kafka.dead_letter_sink(settings, letters, "dead"),
    )
    build(tables, ends, options).attach_as_datastream()
    env.execute("trending")

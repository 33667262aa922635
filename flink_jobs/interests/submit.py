"""Read the settings, build the graph, hand it to Flink."""

from collections.abc import Sequence

from flink_jobs._shell.submit import run
from flink_jobs.interests.options import ENV_PREFIX, InterestsOptions

EXAMPLES_TOPIC = "interest.examples"
NOTE_TOPICS = ("erasure.audit", "interest.alarms")


def main(argv: Sequence[str]) -> int:
    """Submit the job. Returns 0, or 2 when the settings cannot be used."""
    return run(argv, "interests", InterestsOptions, ENV_PREFIX, _execute)


def _execute(options: InterestsOptions) -> None:
    """Build and submit; Flink is loaded only here."""
    from flink_jobs._shell import kafka_tables as kafka  # noqa: PLC0415
    from flink_jobs._shell.env import job_environment  # noqa: PLC0415
    from flink_jobs.interests.model_choice import with_model  # noqa: PLC0415
    from flink_jobs.interests.pipeline import Ends, build  # noqa: PLC0415

    options = with_model(options)
    settings = kafka.settings_of(options, options.out_of_order_ms)
    env, tables = job_environment(
        options,
        {
            "table.exec.source.idle-timeout": f"{options.idle_timeout_ms} ms",
            "pipeline.auto-watermark-interval": f"{options.watermark_ms} ms",
        },
    )
    # A sink chooses its topic for each record only when it has several (connector 5.0): all, then.
    named = (*options.topics, options.erasure_topic, *InterestsOptions().topics, "erasure")
    letters = tuple(dict.fromkeys(topic for topic in named if topic))
    ends = Ends(
        events=kafka.raw_source(settings, options.topics),
        erasures=kafka.raw_control_source(settings, options.erasure_topic) if options.erasure_topic else None,
        examples=kafka.keyed_sink(settings, EXAMPLES_TOPIC, "examples", timed=True),
        notes=kafka.routed_sink(settings, NOTE_TOPICS, "notes"),
        dead_letters=kafka.dead_letter_sink(settings, letters, "dead"),
    )
    build(tables, ends, options).attach_as_datastream()
    env.execute("interests")

"""Is all well? From left to right as events travel: in, through, out."""

from typing import Final

from flink_jobs._shell.meters import PREFIX
from groundswell.dashboards.panel import Board, Panel, Query, quantile, rate

BOARD: Final = Board(
    "overview",
    "overview",
    (
        Panel(
            "Jobs that run",
            "1 = Flink says RUNNING.",
            (Query("min by (job_name) (groundswell_job_running)", "{{job_name}}"),),
            look="stat",
            width=6,
        ),
        Panel(
            "Targets that answer",
            "Processes whose metrics Prometheus gets, by kind.",
            (Query("sum by (job) (up)", "{{job}}"),),
            look="stat",
            width=6,
        ),
        Panel(
            "Age of what is served",
            "From the event time of the newest value of a family of keys until now. Some minutes are normal.",
            (Query("time() - max by (family) (groundswell_freshness_timestamp_seconds)", "{{family}}"),),
            unit="s",
            look="stat",
            red_from=1800,
            width=6,
        ),
        Panel(
            "Canaries lost in 10 minutes",
            "Synthetic events that Redis or the API did not have within a minute.",
            (
                Query(
                    "sum by (job_name, stage) (increase(groundswell_canary_lost_total[10m]))",
                    "{{job_name}} {{stage}}",
                ),
            ),
            look="stat",
            red_from=1,
            width=6,
        ),
        Panel(
            "Records read",
            "Each second, by job.",
            (Query(rate(f"{PREFIX}records", "job_name"), "{{job_name}}"),),
            unit="ops",
        ),
        Panel(
            "Bytes read",
            "Each second, by job; from Flink's sources.",
            (Query(rate("flink_taskmanager_job_task_operator_numBytesIn", "job_name"), "{{job_name}}"),),
            unit="Bps",
        ),
        Panel(
            "From event to reader",
            "Of nine in ten canaries, from event time until Redis and the API have it.",
            (
                Query(
                    quantile(0.9, "groundswell_canary_lag_seconds_bucket", "job_name", "stage"),
                    "{{job_name}} {{stage}}",
                ),
            ),
            unit="s",
            red_from=10,
        ),
        Panel(
            "Lag",
            "Records that no checkpoint covers yet. Falls with each checkpoint.",
            (Query("max by (job_name, topic) (groundswell_lag_records)", "{{job_name}} {{topic}}"),),
            red_from=100_000,
        ),
        Panel(
            "Dead letters",
            "Each second, by job and reason.",
            (Query(rate(f"{PREFIX}reason_dead_letters", "job_name", "reason"), "{{job_name}} {{reason}}"),),
            unit="ops",
        ),
        Panel(
            "Answers of the API",
            "Each second, by status.",
            (Query(rate("groundswell_http_requests_total", "status"), "{{status}}"),),
            unit="ops",
        ),
    ),
)

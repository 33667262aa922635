"""How good lists are: alerts, how old they are, and what was left out."""

from typing import Final

from flink_jobs._shell.meters import PREFIX
from groundswell.dashboards.panel import RATE, Board, Panel, Query, quantile, rate

_JOB: Final = '{job_name="trending"}'
_REFUSED: Final = f"{PREFIX}reason_dead_letters{_JOB}"
_READ: Final = f"{PREFIX}records{_JOB}"
BOARD: Final = Board(
    "trends",
    "trends quality",
    (
        Panel(
            "Bursts found in 10 minutes",
            "Alerts over all kinds, scopes and views. Many at once: an event, or a detector that is off.",
            (Query(f"sum by (job_name) (increase({PREFIX}alerts[10m]))", "{{job_name}}"),),
            quiet=True,
        ),
        Panel(
            "Age of the list that readers get",
            "Measured by the canary over the API. A pane and the disorder that is waited for are normal.",
            (Query("max(groundswell_canary_list_age_seconds)", "age"),),
            unit="s",
            red_from=1800,
        ),
        Panel(
            "Delay of panes",
            "From the end of a pane until its topics were judged, in the trending job.",
            (
                Query(
                    quantile(0.9, f"{PREFIX}le_pane_delay_milliseconds_bucket{_JOB}"),
                    "9 of 10",
                ),
            ),
            unit="ms",
            red_from=280_000,
        ),
        Panel(
            "Share of records left out",
            "Refused by the trending job. Late ones miss their pane: raise out_of_order_ms if many.",
            (
                Query(
                    f"sum by (reason) (rate({_REFUSED}[{RATE}]))"
                    f" / on () group_left sum(rate({_READ}[{RATE}]))",
                    "{{reason}}",
                ),
            ),
            unit="percentunit",
            red_from=0.01,
        ),
        Panel(
            "Dead letters in Kafka",
            "All that are kept, by reason.",
            (
                Query(
                    'sum by (topic, reason) (groundswell_dead_letters{job_name="trending"})',
                    "{{topic}} {{reason}}",
                ),
            ),
        ),
        Panel(
            "Time to read a changed list",
            "By the server, from Redis: 9 of 10.",
            (Query(quantile(0.9, "groundswell_list_read_seconds_bucket"), "9 of 10"),),
            unit="s",
        ),
        Panel(
            "Messages for readers",
            "Each second, from the trending job.",
            (Query(rate(f"{PREFIX}redis_writes{_JOB}"), "messages"),),
            unit="ops",
        ),
    ),
)

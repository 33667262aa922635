"""How good the interest model is, and how fast it learns."""

from typing import Final

from flink_jobs._shell.meters import PREFIX
from groundswell.dashboards.panel import Board, Panel, Query, rate

BOARD: Final = Board(
    "models",
    "models",
    (
        Panel(
            "Log-loss",
            "Of predictions made before each label was known, newest blocks. Lower is better.",
            (Query("max(groundswell_interest_log_loss)", "log-loss"),),
        ),
        Panel(
            "Calibration",
            "Predictions divided by likes. 1 is right on the whole.",
            (Query("max(groundswell_interest_calibration)", "calibration"),),
            red_from=1.5,
        ),
        Panel(
            "Drift alarms in a day",
            "Changes of log-loss or calibration that Page-Hinkley saw.",
            (Query("sum(increase(groundswell_interest_alarms_total[1d]))", "alarms"),),
            look="stat",
            red_from=1,
            width=6,
        ),
        Panel(
            "Labels judged",
            "In full blocks, since the job's start.",
            (Query("max(groundswell_interest_labels_total)", "labels"),),
            look="stat",
            width=6,
        ),
        Panel(
            "Labels learned",
            "Each second, corrections among them.",
            (Query(rate(f"{PREFIX}labels", "job_name"), "{{job_name}}"),),
            unit="ops",
        ),
        Panel(
            "Age of weights and judgements",
            "From event time until now. Judgements move with each full block of labels.",
            (
                Query(
                    'time() - max by (family) (groundswell_freshness_timestamp_seconds{family!="trends"})',
                    "{{family}}",
                ),
            ),
            unit="s",
            red_from=1800,
        ),
        Panel(
            "From event to reader",
            "The newest canary through the interests job that was seen, until now.",
            (
                Query(
                    "time() - max by (stage) "
                    '(groundswell_canary_seen_timestamp_seconds{job_name="interests"})',
                    "{{stage}}",
                ),
            ),
            unit="s",
            red_from=60,
        ),
    ),
)

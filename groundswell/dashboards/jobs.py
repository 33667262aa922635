"""How jobs work: event time, work and waiting, checkpoints, writes to Redis."""

from typing import Final

from flink_jobs._shell.meters import PREFIX
from groundswell.dashboards.panel import Board, Panel, Query, quantile, rate

_TASK: Final = "flink_taskmanager_job_task_"
BOARD: Final = Board(
    "jobs",
    "jobs",
    (
        Panel(
            "Watermark behind the clock",
            "Event time that is complete, seen from now: about out_of_order_ms; more for replays.",
            (
                Query(
                    f'max by (job_name) ({_TASK}operator_watermarkLag{{operator_name=~".*events.*"}} < 1e15)',
                    "{{job_name}}",
                ),
            ),
            unit="ms",
            red_from=900_000,
        ),
        Panel(
            "Records waiting in Kafka",
            "By Flink's sources: not yet read.",
            (Query(f"sum by (job_name) ({_TASK}operator_pendingRecords)", "{{job_name}}"),),
        ),
        Panel(
            "Busiest step",
            "Of each second, milliseconds of work of the busiest step.",
            (Query(f"max by (job_name) ({_TASK}busyTimeMsPerSecond)", "{{job_name}}"),),
            unit="ms",
            red_from=950,
        ),
        Panel(
            "Back pressure",
            "Of each second, milliseconds in which the worst step waits for a later one.",
            (Query(f"max by (job_name) ({_TASK}backPressuredTimeMsPerSecond)", "{{job_name}}"),),
            unit="ms",
            red_from=800,
        ),
        Panel(
            "Delay of what was due",
            "From the end of a pane, or what else was due, until it was dealt with: median and 9 of 10.",
            tuple(
                Query(
                    quantile(q, f"{PREFIX}le_pane_delay_milliseconds_bucket", "job_name"),
                    f"{{{{job_name}}}} {word}",
                )
                for q, word in ((0.5, "median"), (0.9, "9 of 10"))
            ),
            unit="ms",
            red_from=280_000,
        ),
        Panel(
            "Bundles to shards",
            "Each second: how well records of a batch are put together.",
            (Query(rate(f"{PREFIX}pieces", "job_name"), "{{job_name}}"),),
            unit="ops",
        ),
        Panel(
            "Time of a batch of writes to Redis",
            "Median and 9 of 10.",
            tuple(
                Query(
                    quantile(q, f"{PREFIX}le_redis_write_milliseconds_bucket", "job_name"),
                    f"{{{{job_name}}}} {word}",
                )
                for q, word in ((0.5, "median"), (0.9, "9 of 10"))
            ),
            unit="ms",
            red_from=1000,
        ),
        Panel(
            "Messages written, values refused",
            "Each second. The fence refuses what is old: after a restore for a while, else hardly ever.",
            (
                Query(rate(f"{PREFIX}redis_writes", "job_name"), "{{job_name}} written"),
                Query(rate(f"{PREFIX}fence_rejects", "job_name"), "{{job_name}} refused"),
            ),
            unit="ops",
        ),
        Panel(
            "Length of a checkpoint",
            "The newest of each job.",
            (Query("max by (job_name) (flink_jobmanager_job_lastCheckpointDuration)", "{{job_name}}"),),
            unit="ms",
        ),
        Panel(
            "Size of a checkpoint",
            "State in the newest complete one.",
            (Query("max by (job_name) (groundswell_checkpoint_size_bytes)", "{{job_name}}"),),
            unit="bytes",
        ),
        Panel(
            "Age of the newest checkpoint",
            "So much is repeated after a loss.",
            (Query("max by (job_name) (groundswell_checkpoint_age_seconds)", "{{job_name}}"),),
            unit="s",
            red_from=600,
        ),
        Panel(
            "Restarts and failed checkpoints in an hour",
            "Both should be 0.",
            (
                Query(
                    "max by (job_name) (increase(flink_jobmanager_job_numRestarts[1h]))",
                    "{{job_name}} restarts",
                ),
                Query(
                    "max by (job_name) (increase(flink_jobmanager_job_numberOfFailedCheckpoints[1h]))",
                    "{{job_name}} failed checkpoints",
                ),
            ),
            red_from=3,
        ),
        Panel(
            "Slots",
            "A job that finds none waits.",
            (
                Query("sum(flink_jobmanager_taskSlotsTotal)", "all"),
                Query("sum(flink_jobmanager_taskSlotsAvailable)", "free"),
            ),
        ),
        Panel(
            "Java heap",
            "Of each TaskManager; Python and RocksDB are beside it.",
            (Query("flink_taskmanager_Status_JVM_Memory_Heap_Used", "{{tm_id}}"),),
            unit="bytes",
        ),
    ),
)

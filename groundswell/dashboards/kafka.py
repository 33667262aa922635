"""The broker: what goes in and out, how much is kept, how fast it answers, whether anything is missing."""

from typing import Final

from groundswell.dashboards.panel import Board, Panel, Query, rate

_TOPICS: Final = "kafka_server_brokertopicmetrics_"
BOARD: Final = Board(
    "kafka",
    "Kafka",
    (
        Panel(
            "Records in",
            "Each second, by topic.",
            (Query(rate(f"{_TOPICS}messagesin_total", "topic"), "{{topic}}"),),
            unit="ops",
        ),
        Panel(
            "Bytes in and out",
            "Each second. Every reader of a topic counts once more.",
            (
                Query(rate(f"{_TOPICS}bytesin_total"), "in"),
                Query(rate(f"{_TOPICS}bytesout_total"), "out"),
            ),
            unit="Bps",
        ),
        Panel(
            "Kept on disk",
            "By topic; what retention and compaction leave.",
            (Query("sum by (topic) (kafka_log_log_size)", "{{topic}}"),),
            unit="bytes",
        ),
        Panel(
            "Time of requests",
            "99 of 100 since the broker started. Consumers wait for records, up to half a second and more.",
            (
                Query(
                    "max by (request) (kafka_network_requestmetrics_totaltimems_p99)",
                    "{{request}}",
                ),
            ),
            unit="ms",
        ),
        Panel(
            "Requests that failed",
            "Each second; 0 in a healthy broker.",
            (
                Query(rate(f"{_TOPICS}failedproducerequests_total"), "produce"),
                Query(rate(f"{_TOPICS}failedfetchrequests_total"), "fetch"),
            ),
            unit="ops",
            red_from=1,
        ),
        Panel(
            "Partitions without a leader, or with too few copies",
            "All should be 0.",
            (
                Query("sum(kafka_controller_kafkacontroller_offlinepartitionscount)", "no leader"),
                Query("sum(kafka_server_replicamanager_underreplicatedpartitions)", "too few copies"),
                Query("sum(kafka_server_replicamanager_offlinereplicacount)", "copies on lost disks"),
            ),
            red_from=1,
        ),
        Panel(
            "Controllers",
            "One broker is the controller: 1.",
            (Query("sum(kafka_controller_kafkacontroller_activecontrollercount)", "active"),),
            look="stat",
        ),
    ),
)

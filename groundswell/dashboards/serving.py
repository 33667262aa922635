"""What readers get: requests, their time, streams, and Redis behind them."""

from typing import Final

from groundswell.dashboards.panel import Board, Panel, Query, quantile, rate

BOARD: Final = Board(
    "serving",
    "serving",
    (
        Panel(
            "Requests",
            "Each second, by endpoint.",
            (Query(rate("groundswell_http_requests_total", "path"), "{{path}}"),),
            unit="ops",
        ),
        Panel(
            "Server errors",
            "Share of all answers.",
            (
                Query(
                    '(sum(rate(groundswell_http_requests_total{status=~"5.."}[$__rate_interval])) '
                    "or vector(0)) "
                    "/ sum(rate(groundswell_http_requests_total[$__rate_interval]))",
                    "5xx",
                ),
            ),
            unit="percentunit",
            red_from=0.01,
        ),
        Panel(
            "Time of an answer",
            "99 of 100, by endpoint.",
            (Query(quantile(0.99, "groundswell_http_request_seconds_bucket", "path"), "{{path}}"),),
            unit="s",
            red_from=0.25,
        ),
        Panel(
            "Time of a list, as a reader sees it",
            "By the canary: median and 99 of 100.",
            tuple(
                Query(quantile(q, "groundswell_canary_list_request_seconds_bucket"), word)
                for q, word in ((0.5, "median"), (0.99, "99 of 100"))
            ),
            unit="s",
        ),
        Panel(
            "Feeds",
            "Each second, by rung of the ladder: the lower, the less was known of the person.",
            (Query(rate("groundswell_feeds_total", "rung"), "{{rung}}"),),
            unit="ops",
        ),
        Panel(
            "Time of a feed, by stage",
            "9 of 10.",
            (Query(quantile(0.9, "groundswell_feed_stage_seconds_bucket", "stage"), "{{stage}}"),),
            unit="s",
        ),
        Panel(
            "Decisions of feeds to Kafka",
            "Each second, by what became of them.",
            (Query(rate("groundswell_slates_total", "result"), "{{result}}"),),
            unit="ops",
        ),
        Panel(
            "Streams",
            "Open now.",
            (Query("sum(groundswell_http_streams)", "open"),),
        ),
        Panel(
            "Turned away",
            "Each second: requests above a key's rate, streams cut off, rates decided without Redis.",
            (
                Query(rate("groundswell_http_limited_total"), "above their rate"),
                Query(rate("groundswell_http_streams_shed_total"), "streams cut off"),
                Query(rate("groundswell_http_limits_local_total"), "decided without Redis"),
            ),
            unit="ops",
        ),
        Panel(
            "Lists",
            "In memory, and 1 while they may be old because Redis is away.",
            (
                Query("sum by (instance) (groundswell_lists)", "{{instance}}"),
                Query("max by (instance) (groundswell_lists_stale)", "{{instance}} stale"),
            ),
        ),
        Panel(
            "Canaries that could not be looked for",
            "Each second: Kafka, Redis or the API did not answer.",
            (Query(rate("groundswell_canary_failures_total", "stage"), "{{stage}}"),),
            unit="ops",
        ),
    ),
)

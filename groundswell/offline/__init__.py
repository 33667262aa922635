"""The trending engine without Kafka, Flink and Redis, through the very same ``state`` code.

trends.py   events in, closed panes and verdicts out
"""

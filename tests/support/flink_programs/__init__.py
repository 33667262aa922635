"""Small Flink programs that tests submit to a real cluster."""

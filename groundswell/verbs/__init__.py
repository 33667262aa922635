"""One module for each verb of the command line, each with `register(app)`.

A module imports what its verb needs inside the command function, so that `groundswell --help` loads
neither Flink nor a Kafka client.
"""

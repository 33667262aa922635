"""The local stack: real Kafka, Redis and Flink processes on loopback, in one data folder.

Read in this order:

- `layout`, `state`, `errors`: the folder, the file that describes a running stack, what can go wrong.
- `java`, `redis`, `libpython`, `jars`: find each piece on this machine or bring it.
- `ports`, `plan`: what will be started where, decided before anything starts.
- `identity`, `processes`, `service`: start, watch and stop processes that are surely ours.
- `kafka`, `topics`, `flink_conf`, `flink`, `flink_rest`: how each server is configured and asked.
- `checkpoints`, `jobs`, `submit`, `resume`, `job_report`: jobs that survive the loss of the JobManager.
- `supervisor`: the process that holds one stack up. `local`: start, stop and ask it.
"""

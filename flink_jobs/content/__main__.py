"""Entry point: ``flink run -pym flink_jobs.content [--options FILE] [--setting value ...]``."""

import sys

from flink_jobs.content.submit import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

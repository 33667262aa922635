"""Entry point: ``flink run -pym flink_jobs.trending [--options FILE] [--setting value ...]``."""

import sys

from flink_jobs.trending.submit import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

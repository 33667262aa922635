"""Entry point: ``flink run -pym flink_jobs.feed [--options FILE] [--setting value ...]``."""

import sys

from flink_jobs.feed.submit import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

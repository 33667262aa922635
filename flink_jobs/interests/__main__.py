"""Entry point: ``flink run -pym flink_jobs.interests [--options FILE] [--setting value ...]``."""

import sys

from flink_jobs.interests.submit import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

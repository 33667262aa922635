"""The command line loads only what a verb needs."""

import subprocess
import sys

PROBE = """
import sys
import groundswell.cli as cli
cli.load_verbs(cli.app)
heavy = {"pyflink", "confluent_kafka", "redis", "numpy", "pyarrow", "psutil", "jgo"} & set(sys.modules)
sys.exit(f"loaded {sorted(heavy)}" if heavy else 0)
"""


def test_help_loads_neither_flink_nor_a_client() -> None:
    """`groundswell --help` stays quick and works with few extras installed."""
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

"""Counts the ticks of an endless source in keyed state and appends the count to a file.

A count that goes back, or starts again at 1, shows lost state.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from pyflink.common import Types
from pyflink.datastream import KeyedProcessFunction, RuntimeContext, StreamExecutionEnvironment
from pyflink.datastream.state import ValueStateDescriptor
from pyflink.table import StreamTableEnvironment

_EVERY = 20


class Count(KeyedProcessFunction):
    """Keep one number for the only key."""

    def __init__(self, out: str) -> None:
        self.out = out

    def open(self, runtime_context: RuntimeContext) -> None:
        """Take the state cell."""
        self.cell = runtime_context.get_state(ValueStateDescriptor("count", Types.LONG()))

    def process_element(self, _value: object, _ctx: object) -> Iterator[int]:
        """Count one tick; write the total down now and then."""
        total = (self.cell.value() or 0) + 1
        self.cell.update(total)
        if total % _EVERY == 1:
            with Path(self.out).open("a", encoding="ascii") as file:
                file.write(f"{total}\n")
        yield total


def main(out: str) -> None:
    """Build and submit the graph."""
    env = StreamExecutionEnvironment.get_execution_environment()
    env.set_parallelism(1)
    tables = StreamTableEnvironment.create(env)
    tables.execute_sql(
        "CREATE TABLE ticks (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '200')"
    )
    ticks = tables.to_data_stream(tables.from_path("ticks"))
    counted = ticks.key_by(lambda _: 0, key_type=Types.INT()).process(Count(out), output_type=Types.LONG())
    counted.uid("counter/count-v1").print()
    env.execute("counter")


if __name__ == "__main__":
    main(sys.argv[1])

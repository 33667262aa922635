"""What jobs share that take records in batches and write to Redis: functions, and the way out."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
from pyflink.table import DataTypes, Schema, StreamTableEnvironment, TableDescriptor
from pyflink.table.types import DataType
from pyflink.table.udf import ScalarFunction, udf


def register(
    tables: StreamTableEnvironment, functions: Iterable[tuple[str, ScalarFunction, DataType]]
) -> None:
    """Register vectorised functions, (name in SQL, function, type of its result)."""
    for name, function, result in functions:
        tables.create_temporary_function(
            name,
            udf(function, result_type=result, func_type="pandas", deterministic=function.is_deterministic()),
        )


def swallow(tables: StreamTableEnvironment, name: str) -> None:
    """Add the sink of a function that is called for its effect: how many writes the fence refused."""
    tables.create_temporary_table(
        name,
        TableDescriptor.for_connector("blackhole")
        .schema(Schema.new_builder().column("refused", DataTypes.BIGINT()).build())
        .build(),
    )


def bodies_to_lists(messages: pd.Series, lists_of: Callable[[bytes], Sequence[str]]) -> pd.Series:
    """Return a list for each message; its first byte, which says whom it is for, is left out."""
    out = np.empty(len(messages), object)
    for i, raw in enumerate(messages):
        out[i] = lists_of(bytes(raw[1:]))
    return pd.Series(out)


def in_first_row(count: int, rows: int) -> pd.Series:
    """Return a number of a whole batch as a column: in its first row, 0 in the others."""
    out = np.zeros(rows, np.int64)
    out[:1] = count
    return pd.Series(out)

"""What jobs share that read records in batches and write to Redis: the way in, functions, the way out."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd
from pyflink.table import DataTypes, Schema, StreamTableEnvironment, TableDescriptor
from pyflink.table.types import DataType
from pyflink.table.udf import ScalarFunction, udf

# Event time as plain columns: each record knows the watermark of its own source.
_RECORDS = """
SELECT topic, `partition`, `offset`, CAST(`at` AS TIMESTAMP_LTZ(3)) AS moment,
  CURRENT_WATERMARK(`at`) AS mark, `value`
FROM {source}
"""


def records_of(sources: Iterable[str]) -> str:
    """Return the query of all records of some tables (``kafka_tables.raw_source``); names are ours."""
    return " UNION ALL ".join(_RECORDS.format(source=source) for source in sources)


def register(
    tables: StreamTableEnvironment, functions: Iterable[tuple[str, ScalarFunction, DataType]]
) -> None:
    """Register vectorised functions, (name in SQL, function, type of its result)."""
    for name, function, result in functions:
        tables.create_temporary_function(
            name,
            udf(function, result_type=result, func_type="pandas", deterministic=function.is_deterministic()),
        )


def batch_type() -> DataType:
    """Return what becomes of a batch: pieces for the shards, and refused records as text."""
    return DataTypes.ROW(
        [
            DataTypes.FIELD("pieces", DataTypes.ARRAY(DataTypes.BYTES())),
            DataTypes.FIELD("refused", DataTypes.ARRAY(DataTypes.STRING())),
        ]
    )


def batch_schema() -> Schema:
    """Return the schema of a stream of such batches.

    Without SOURCE_WATERMARK a stream loses its watermarks where it becomes a table (seen on 2.2.1), and the
    shards would wait for the end of the stream. The time column itself is not used.
    """
    return (
        Schema.new_builder()
        .column("pieces", DataTypes.ARRAY(DataTypes.BYTES()))
        .column("refused", DataTypes.ARRAY(DataTypes.STRING()))
        .column_by_expression("row_time", "TO_TIMESTAMP_LTZ(0, 3)")
        .watermark("row_time", "SOURCE_WATERMARK()")
        .build()
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

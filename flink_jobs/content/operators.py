"""The Python steps of the graph: thin. Bytes in, one call into ``state``, bytes out."""

from collections.abc import Iterator
from dataclasses import astuple, fields

import pandas as pd
from pyflink.common import Row
from pyflink.datastream import KeyedProcessFunction, RuntimeContext
from pyflink.table.udf import FunctionContext, ScalarFunction

from flink_jobs._shell.cells import BytesCell
from flink_jobs._shell.meters import PIECES, RECORDS, Meters
from flink_jobs._shell.raw_batch import RawBatch, first_row
from flink_jobs.content.labels import LabelEncoder
from flink_jobs.content.options import ContentOptions
from flink_jobs.content.reading import PostReader, unpack
from state.content_labels import label
from state.content_posts import Readers
from state.language import MODEL_VERSION, LocalIdentifier
from state.tagger import Progress
from state.tagger_codec import restore, store


class ReadPosts(ScalarFunction):  # type: ignore[misc]  # PyFlink publishes no types
    """Raw records of a batch to bundles of posts and dead letters; all leave in the first row's lists."""

    def __init__(self, options: ContentOptions) -> None:
        self._options = options

    def open(self, context: FunctionContext) -> None:
        """Open the registry, and load the language model before the first post has to wait for it."""
        o = self._options
        identifier = LocalIdentifier(o.language)
        identifier.load()
        readers = Readers(identifier, frozenset(o.tagged_languages), o.tagger)
        self._reader = PostReader(o.registry(), readers)
        self._meters = Meters(context.get_metric_group())

    def eval(
        self, topic: pd.Series, partition: pd.Series, offset: pd.Series, at: pd.Series, value: pd.Series
    ) -> pd.DataFrame:
        """Read one batch."""
        batch = RawBatch.of(topic, partition, offset, at, value)
        bundles, letters = self._reader.read(batch)
        n = len(value)
        self._meters.add(RECORDS, n)
        self._meters.add(PIECES, len(bundles))
        self._meters.refused(letters)
        return pd.DataFrame({"bundles": first_row(bundles, n), "letters": first_row(letters, n)})


class TagPosts(KeyedProcessFunction):  # type: ignore[misc]
    """One key = one group of languages: suggests tags, then learns. Its metrics are those of `Progress`."""

    def __init__(self, options: ContentOptions) -> None:
        self._options = options

    def open(self, runtime_context: RuntimeContext) -> None:
        """Get the cell of a group."""
        o = self._options
        self._cell = BytesCell(runtime_context, "tagger", o.execution_mode)
        metrics = runtime_context.get_metrics_group()
        self._counters = [metrics.counter(f"tag_{field.name}") for field in fields(Progress)]
        self._labels = LabelEncoder(o.registry(), MODEL_VERSION)

    def process_element(self, value: bytes, _ctx: KeyedProcessFunction.Context) -> Iterator[Row]:
        """Label one bundle."""
        group, posts = unpack(bytes(value))
        tagger = restore(self._options.tagger, self._cell.get())
        before = astuple(tagger.state.progress)
        labels = label(tagger, posts)
        after = astuple(tagger.state.progress)
        if after != before:
            self._cell.put(store(tagger))
            for counter, new, old in zip(self._counters, after, before, strict=True):
                counter.inc(new - old)
        for key, record, at_ms in self._labels.encode(group, labels):
            yield Row(key, record, at_ms)

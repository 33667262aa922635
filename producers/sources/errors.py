"""What can go wrong with a source, beside a wrong option (`producers.errors.ConfigError`)."""

from producers.errors import ProducersError


class RefusedRowError(ProducersError):
    """A row gave no event and the run is strict. Correct the file or the mapping, or run without --strict."""


class StreamError(ProducersError):
    """A live stream cannot be followed any more. The cursor is kept: start again later."""

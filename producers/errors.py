"""What can go wrong while events enter, sorted by what the caller can do about it."""


class ProducersError(Exception):
    """Base of every error of this package."""


class ConfigError(ProducersError):
    """An option is wrong or two options contradict each other. Correct it and start again."""


class SinkError(ProducersError):
    """Kafka cannot be written to: no broker, no topic, or the client gave up. Repair it, run again."""


class SelfCheckError(ProducersError):
    """A generated record is not what the truth file says of it. A defect of this package: stop."""

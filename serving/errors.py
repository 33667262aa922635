"""What can go wrong while reading, by what the caller can do about it."""


class ServingError(Exception):
    """Base of every error of this package."""


class StoreUnavailableError(ServingError):
    """The store did not answer in time. Nothing was changed; read again later."""


class StoreContentError(ServingError):
    """The store holds what this build cannot read. Update the reader, or look at who wrote it."""


class ModelRefusedError(ServingError):
    """The model registry does not do what was asked; nothing was changed. The message says what to do."""

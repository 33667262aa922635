"""What can go wrong in the local stack, by what the caller can do about it."""


class StackError(Exception):
    """Base class. The message says what was found, where, what was expected and what to do."""


class MissingPieceError(StackError):
    """Java, Redis, a jar or a Python library is absent: install it or go online, then try again."""


class JarIntegrityError(StackError):
    """A jar's bytes are not the locked ones: never use it; delete it or look at the source."""


class StartError(StackError):
    """A process did not come up: read the named log."""


class NotRunningError(StackError):
    """The data folder has no running stack: start one with `groundswell up`."""


class JobError(StackError):
    """A job could not be submitted, found, stopped or resumed."""

"""The version of this build."""

from importlib.metadata import PackageNotFoundError, version


def _version() -> str:
    try:
        return version("groundswell")
    except PackageNotFoundError:  # run from a source tree that is not installed
        return "0"


VERSION = _version()

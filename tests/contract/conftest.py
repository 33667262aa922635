"""One broker for all tests of this folder that a worker runs."""

from collections.abc import Iterator

import pytest

from tests.support.plain_kafka import running_kafka


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a broker with our topics."""
    with running_kafka(tmp_path_factory.mktemp("broker")) as bootstrap:
        yield bootstrap

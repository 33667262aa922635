"""What every job refuses before it is submitted, all at once."""

from collections.abc import Callable

import pytest

from flink_jobs._shell.job_options import JobOptions
from flink_jobs.content.options import ContentOptions
from flink_jobs.feed.options import FeedOptions
from flink_jobs.interests.options import InterestsOptions
from flink_jobs.trending.options import TrendingOptions
from schemas.errors import ContractError
from schemas.registry import FileRegistry

ALL: tuple[Callable[..., JobOptions], ...] = (ContentOptions, FeedOptions, InterestsOptions, TrendingOptions)
SERVED = ALL[1:]


@pytest.mark.parametrize("options", ALL)
def test_everything_that_is_wrong_is_told_together(options: Callable[..., JobOptions]) -> None:
    """One line for each setting, and no password in any."""
    with pytest.raises(ValueError, match="kafka_bootstrap is empty") as caught:
        options(
            kafka_bootstrap="", topics=(), parallelism=-1, batch_rows=0, bundle_ms=60_001,
            registry_url="https://me:hunter2@registry",
        )  # fmt: skip
    told = str(caught.value)
    assert len(told.splitlines()) == 6
    assert "registry_auth_file" in told
    assert "hunter2" not in told


@pytest.mark.parametrize("options", SERVED)
def test_a_job_for_readers_refuses_what_redis_and_event_time_cannot_be(
    options: Callable[..., JobOptions],
) -> None:
    """A password belongs into a file; a day is the most disorder."""
    with pytest.raises(ValueError, match="redis_password_file") as caught:
        options(redis_url="redis://:hunter2@redis", out_of_order_ms=86_400_001, idle_timeout_ms=-1)
    assert len(str(caught.value).splitlines()) == 3
    assert "hunter2" not in str(caught.value)
    with pytest.raises(ValueError, match="redis_url 'http': expected redis://"):
        options(redis_url="http://redis")


def test_a_registry_is_opened_where_the_options_say() -> None:
    """The released files without an address; a file that is not there is told."""
    assert isinstance(ContentOptions().registry(), FileRegistry)
    with pytest.raises(ContractError, match="registry auth file /absent"):
        ContentOptions(registry_url="http://127.0.0.1:1", registry_auth_file="/absent").registry()

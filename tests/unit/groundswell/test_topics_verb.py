"""Settings of topics, and what the verb says when nobody answers."""

from typer.testing import CliRunner

from groundswell.cli import app, load_verbs
from groundswell.stack.topics import settings
from groundswell.verbs._connect import with_password
from schemas.topics import topics


def test_retention_is_that_of_the_contract_unless_everything_is_kept() -> None:
    """A production broker forgets after the contract's time; a local one never, for replays."""
    spec = topics()["engagement"]
    assert settings(spec, keep_all=False)["retention.ms"] == str(spec.retention_ms)
    assert settings(spec)["retention.ms"] == "-1"


def test_no_broker_is_said_with_its_address() -> None:
    """Exit code 1, and the address that was tried."""
    load_verbs(app)
    result = CliRunner().invoke(app, ["topics", "--bootstrap", "127.0.0.1:1", "--wait-s", "0"])
    assert result.exit_code == 1
    assert "no broker at 127.0.0.1:1" in result.stderr


def test_a_password_in_the_address_is_not_replaced() -> None:
    """What was given by hand is stronger than a file."""
    assert with_password("redis://me:old@cache:6379/0", "new") == "redis://me:old@cache:6379/0"
    assert with_password("unix:///run/redis.sock", "new") == "unix:///run/redis.sock"

"""What the compose file promises, without an engine: pinned, loopback only, watched, no secrets inside."""

import re

import pytest
import yaml

from groundswell.stack import flink_conf
from tests.support.manifests import at
from tests.support.tree import ROOT

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, object]] = COMPOSE["services"]
ONE_SHOT = {"topics", "trending", "simulate", "tests", "broker-agent"}
# The stand-in of Prometheus carries no shell tool that could ask it.
UNWATCHED = ONE_SHOT | {"prometheus"}


@pytest.mark.parametrize("name", SERVICES)
def test_image_is_pinned(name: str) -> None:
    """An image without a tag, or with latest, is another one tomorrow."""
    image = re.sub(r"\$\{\w+:?-([^}]*)\}", r"\1", str(SERVICES[name]["image"]))
    assert re.search(r":[\w.-]*\d[\w.-]*$", image), image


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_on_loopback(name: str) -> None:
    """Nothing is reachable from outside this machine."""
    ports = SERVICES[name].get("ports", [])
    assert isinstance(ports, list)
    assert all(str(port).startswith("127.0.0.1:") for port in ports)


@pytest.mark.parametrize("name", sorted(set(SERVICES) - UNWATCHED))
def test_long_lived_services_are_watched_and_come_back(name: str) -> None:
    """Each has a health check and starts again when its process ends."""
    assert "healthcheck" in SERVICES[name]
    assert SERVICES[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", SERVICES)
def test_services_have_no_more_rights_than_they_need(name: str) -> None:
    """No privileges to win, none to start with."""
    service = SERVICES[name]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "ulimits", "network_mode"} & set(service)


def test_a_job_is_submitted_with_the_settings_of_the_cluster() -> None:
    """Checkpoints and restarts come from the client, and with high availability so does the address to ask.

    The image's entry point writes FLINK_PROPERTIES down; without it a job would be submitted without them.
    """
    job = SERVICES["trending"]
    assert "entrypoint" not in job
    lines = str(at(job, "environment", "FLINK_PROPERTIES")).splitlines()
    told = dict(line.split(": ", 1) for line in lines)
    assert {key: told.get(key) for key in flink_conf.OF_A_JOB} == flink_conf.OF_A_JOB
    assert told["rest.address"] == "jobmanager"  # what a client is told by ZooKeeper


def test_secrets_are_mounted_not_written() -> None:
    """No environment and no command line holds a password."""
    text = yaml.safe_dump(SERVICES)
    assert not re.search(r"_PASSWORD(?!_FILE)\b", text)
    assert set(COMPOSE["secrets"]) == {"redis_writer", "redis_reader"}


def test_the_example_names_every_required_setting() -> None:
    """A copy of `.env.example` is enough to start."""
    example = (ROOT / ".env.example").read_text("utf-8")
    for secret in COMPOSE["secrets"].values():
        assert f"{secret['environment']}=" in example

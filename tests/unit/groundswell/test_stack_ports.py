"""Ports are free, distinct and stable."""

import socket

import pytest

from groundswell.stack import ports


def test_chosen_ports_are_distinct_and_below_the_ephemeral_range() -> None:
    """No port is given twice, and none that an outgoing connection could take."""
    chosen = ports.choose([f"p{number}" for number in range(50)])
    assert len(set(chosen.values())) == 50
    assert all(ports.LOWEST <= port < ports.HIGHEST for port in chosen.values())


def test_earlier_ports_are_kept_while_free() -> None:
    """A stack that starts again keeps its addresses."""
    before = ports.choose(["kafka", "redis"])
    assert ports.choose(["kafka", "redis"], keep=before) == before


def test_a_taken_port_is_replaced() -> None:
    """A port on which somebody listens is not kept."""
    with socket.socket() as server:
        server.bind((ports.LOOPBACK, 0))
        server.listen()
        taken = server.getsockname()[1]
        assert ports.is_open(taken)
        assert ports.choose(["kafka"], keep={"kafka": taken})["kafka"] != taken


def test_one_old_port_serves_one_name_only() -> None:
    """Two names that both remember the same port get different ones."""
    old = ports.choose(["a"])["a"]
    chosen = ports.choose(["a", "b"], keep={"a": old, "b": old})
    assert chosen["a"] == old
    assert chosen["b"] != old


def test_no_free_port_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """When nothing is free the message names the range."""
    monkeypatch.setattr(ports, "is_free", lambda _: False)
    with pytest.raises(OSError, match=r"no free TCP port on 127\.0\.0\.1 between"):
        ports.choose(["kafka"])

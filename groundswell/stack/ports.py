"""Free loopback ports, chosen so that they are still free when the server binds them."""

import secrets
import socket
from collections.abc import Iterable

LOOPBACK = "127.0.0.1"
# Below the range from which operating systems take ports for outgoing connections (Linux 32768,
# macOS 49152): a port from that range could be taken by any client between our check and the bind.
LOWEST, HIGHEST = 20_000, 32_000
_ATTEMPTS = 2_000


def is_free(port: int) -> bool:
    """Say whether a TCP server could bind the port on loopback now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def is_open(port: int, timeout_s: float = 0.2) -> bool:
    """Say whether something accepts TCP connections on the loopback port."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=timeout_s):
            return True
    except OSError:
        return False


def choose(names: Iterable[str], keep: dict[str, int] | None = None) -> dict[str, int]:
    """Choose a distinct free port for each name.

    Args:
        names: what needs a port.
        keep: ports of an earlier run, used again where still free, so that addresses stay stable.

    Returns:
        Port number by name, each in [LOWEST, HIGHEST) unless kept.

    Raises:
        OSError: when no free port was found in 2,000 random tries.
    """
    chosen: dict[str, int] = {}
    for name in names:
        old = (keep or {}).get(name)
        if old is not None and old not in chosen.values() and is_free(old):
            chosen[name] = old
            continue
        chosen[name] = _pick(set(chosen.values()))
    return chosen


def _pick(taken: set[int]) -> int:
    for _ in range(_ATTEMPTS):
        # Random, not counting upwards: two stacks that start together rarely look at the same port.
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        if port not in taken and is_free(port):
            return port
    raise OSError(f"no free TCP port on {LOOPBACK} between {LOWEST} and {HIGHEST}: close some servers")

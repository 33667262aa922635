"""Trust in typical accounts."""

import numpy as np

from state.trust import account_trust


def test_typical_accounts() -> None:
    """New, half a month old, settled, settled without followers, robot."""
    trust = account_trust(
        np.array([0, 15, 30, 400, 400]),
        np.array([99, 99, 99, 0, 10**6]),
        np.array([False, False, False, False, True]),
    )
    assert np.allclose(trust, [0.1, 0.5, 1.0, 0.3, 0.0])

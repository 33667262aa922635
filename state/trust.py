"""How far an account's word counts: new and unknown-to-anybody accounts weigh little, robots nothing."""

import numpy as np
import numpy.typing as npt

LEAST = 0.1
_SETTLED_DAYS = 30.0
_SETTLED_LOG10_FOLLOWERS = 2.0
_FEW_FOLLOWERS = 0.3


def account_trust(
    age_days: npt.NDArray[np.int64], followers: npt.NDArray[np.int64], automated: npt.NDArray[np.bool_]
) -> npt.NDArray[np.float64]:
    """Return the trust of each acting account, 0 for robots, else 0.1 to 1.

    Full trust from 30 days and 100 followers on; what is unknown (-1) counts as settled, since a platform
    that sends neither must not lose its trends. O(n).

    Source: none; a rule of thumb with numbers of our own: linear in age, logarithmic in followers.
    """
    age = np.where(age_days < 0, 1.0, np.clip(age_days / _SETTLED_DAYS, 0.0, 1.0))
    audience = np.log10(np.maximum(followers, 0) + 1.0) / _SETTLED_LOG10_FOLLOWERS
    audience = np.where(followers < 0, 1.0, np.clip(audience, _FEW_FOLLOWERS, 1.0))
    trust: npt.NDArray[np.float64] = np.where(automated, 0.0, np.maximum(LEAST, age * audience))
    return trust

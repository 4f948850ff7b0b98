"""How much of what there is to explain a fit explains."""

from __future__ import annotations

import math
import sys


def explained(left: float, total: float) -> float:
    """1 - left/total, R² where both are sums of squares; nan where there is nothing to explain.

    A fit that is no better than the mean has 0, not the rounding of its sums.

    >>> explained(1.0, 4.0), explained(1 + 2e-16, 1.0), explained(0.0, 0.0)
    (0.75, 0.0, nan)
    """
    if not total > 0:
        return math.nan
    share = 1 - left / total
    return share if abs(share) > 8 * sys.float_info.epsilon else 0.0

"""Thirty submit requests of a company in ten minutes are answered, from however many people and addresses.

Nobody shares a company's count by chance, as people share an address. A counter that does not answer lets everybody
through: no limit may cost anyone the deadline.
"""

import logging
import time
from datetime import datetime

from django.core.cache import cache

from manufacturers.models import Company

logger = logging.getLogger(__name__)

MOST = 30
SECONDS = 600
PAUSE_SECONDS = 10.0

_silent_until = float("-inf")


def is_over_limit(company: Company, now: datetime) -> bool:
    """Count one request and say whether it is one too many.

    A cache that failed is left alone for a while: waiting for it in each request, a thousand of them would be late.
    """
    global _silent_until
    if time.monotonic() < _silent_until:
        return False
    key = f"submit:{company.public_id}:{int(now.timestamp()) // SECONDS}"
    try:
        cache.add(key, 0, timeout=SECONDS)
        return cache.incr(key) > MOST
    except Exception as error:
        # A cache is down in as many ways as there are caches; none of them is the bidder's fault.
        _silent_until = time.monotonic() + PAUSE_SECONDS
        logger.warning("submit requests are not counted: %s", error)
        return False

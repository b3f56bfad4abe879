from datetime import UTC, datetime, timedelta

import pytest
from django.test import RequestFactory

from coalition_portal.arrival import arrived_at, stamp_of

NOW = datetime(2026, 10, 14, 9, 0, 0, 250000, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def _request(address, **headers):
    return RequestFactory().post("/", REMOTE_ADDR=address, **headers)


@pytest.mark.parametrize(
    ("proxies", "address", "stamp", "expected"),
    [
        (["10.0.0.2"], "10.0.0.2", "1791968400.250", datetime(2026, 10, 14, 9, 0, 0, 250000, tzinfo=UTC)),
        (["10.0.0.0/24"], "10.0.0.9", "1791968400", datetime(2026, 10, 14, 9, tzinfo=UTC)),
        (["10.0.0.2"], "10.0.0.2", "1791968400.123456", datetime(2026, 10, 14, 9, 0, 0, 123456, tzinfo=UTC)),
        (["fd00::/8"], "fd00::2", "1791968400", datetime(2026, 10, 14, 9, tzinfo=UTC)),
        (["10.0.0.2"], "10.0.0.3", "1791968400.250", None),
        ([], "10.0.0.2", "1791968400.250", None),
        (["10.0.0.2"], "", "1791968400.250", None),
        (["10.0.0.2"], "10.0.0.2", "yesterday", None),
        (["10.0.0.2"], "10.0.0.2", "1791968400.1234567", None),
        (["10.0.0.2"], "10.0.0.2", "-1791968400", None),
        (["10.0.0.2"], "10.0.0.2", "١791968400", None),
        (["10.0.0.2"], "10.0.0.2", "", None),
    ],
)
def test_stamp_is_believed_from_a_stamping_proxy_only(settings, proxies, address, stamp, expected):
    settings.PORTAL_STAMPING_PROXIES = proxies

    assert stamp_of(_request(address, HTTP_X_ARRIVED_AT=stamp)) == expected


def test_request_without_a_stamp_has_none(settings):
    settings.PORTAL_STAMPING_PROXIES = ["10.0.0.2"]

    assert stamp_of(_request("10.0.0.2")) is None


@pytest.mark.parametrize(
    ("stamp", "expected"),
    [
        (None, NOW),
        (NOW, NOW),
        (NOW - MICROSECOND, NOW - MICROSECOND),
        (NOW + MICROSECOND, NOW),
        (NOW - timedelta(seconds=60), NOW - timedelta(seconds=60)),
        (NOW - timedelta(seconds=60) - MICROSECOND, NOW),
    ],
)
def test_stamp_counts_where_it_lies_at_most_a_minute_back(stamp, expected):
    assert arrived_at(stamp, NOW) == expected

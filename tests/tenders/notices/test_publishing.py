import pytest
from tests.factories import tenders
pytestmark = pytest.mark.django_db

def test_x():
    t = tenders.published_tender()
    assert t.state == "PUBLISHED"
    t = tenders.extended_tender(t, tenders.in_days(20))
    assert t.deadline_changes == 1

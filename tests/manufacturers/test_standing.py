from itertools import product

import pytest
from django.utils.translation import override

from manufacturers.models import Company
from manufacturers.standing import standing_of
from manufacturers.states import VettingState


def expected(state, country, has_undertaking):
    if state == "SUSPENDED":
        return ("Suspended", "bad")
    if country != "UA":
        return ("An officer decides", "soon")
    return ("Ready to bid", "good") if has_undertaking else ("One click is missing", "soon")


@pytest.mark.parametrize(
    ("state", "country", "has_undertaking"), list(product(VettingState.values, ["UA", "CY", "BR"], [True, False]))
)
def test_standing_says_what_stops_the_company_first(state, country, has_undertaking):
    with override("en"):
        standing = standing_of(Company(country=country, state=state), has_undertaking=has_undertaking)

        assert (str(standing.word), standing.tone) == expected(state, country, has_undertaking)
        assert str(standing.text)
        assert standing.is_ready is (state != "SUSPENDED" and country == "UA" and has_undertaking)

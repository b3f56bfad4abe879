import pytest

from coalition_portal.guards import missing_guards
from tenders.reviews.guards import APPEND_ONLY, GUARDS

pytestmark = pytest.mark.django_db


def test_every_guard_of_the_slice_is_in_the_database():
    assert [name for name in missing_guards() if name.startswith("tenders_reviews_")] == []


def test_names_of_guards_differ():
    names = [guard.name for guard in GUARDS]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("vendor", ["postgresql", "sqlite"])
def test_both_databases_keep_the_same_tables(vendor):
    guarded = {guard.table for guard in GUARDS if guard.sql(vendor)}

    assert guarded == {
        *APPEND_ONLY,
        "tenders_reviews_assignment",
        "tenders_reviews_scoresheet",
        "tenders_reviews_score",
        "tenders_reviews_consensuspoint",
        "tenders_reviews_ranking",
    }

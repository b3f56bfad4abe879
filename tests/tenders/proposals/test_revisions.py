import pytest
from django.db import transaction

from coalition_portal import clock
from tenders.proposals.models import Proposal
from tenders.proposals.revisions import Overtaken, locked_draft, save_revised

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("ahead", "is_overtaken"), [(None, False), (-1, True), (0, False), (1, True)])
def test_a_change_is_made_on_the_revision_it_names_or_on_any(draft, owner, ahead, is_overtaken):
    made_on = None if ahead is None else draft.revision + ahead

    with transaction.atomic():
        if is_overtaken:
            with pytest.raises(Overtaken, match="Read it again"):
                locked_draft(draft, owner, clock.now(), made_on=made_on)
        else:
            assert locked_draft(draft, owner, clock.now(), made_on=made_on) == draft


def test_what_was_set_is_kept_as_the_next_revision(draft, colleague):
    now = clock.now()
    draft.lead_time_days = 21

    save_revised(draft, colleague, now)

    kept = Proposal.objects.get(pk=draft.pk)
    assert (kept.revision, kept.updated_by, kept.updated_at, kept.lead_time_days) == (2, colleague, now, 21)

from datetime import timedelta

import pytest

from coalition_portal import clock
from coalition_portal.post.models import OutgoingMail
from tenders.notices.models import Change
from tenders.proposals.models import ChangeNotice, ReminderRound
from tenders.proposals.reminders import queue_notices, queue_reminders
from tenders.proposals.sweeping import Swept, sweep
from tests.factories.proposals import complete_proposal

HOUR = timedelta(hours=1)


def _reminded():
    return sorted(OutgoingMail.objects.filter(template="proposal_reminder").values_list("key", flat=True))


@pytest.mark.parametrize(
    ("before", "rounds"),
    [
        (timedelta(days=7, microseconds=1), []),
        (timedelta(days=7), ["7d"]),
        (timedelta(hours=48), ["7d", "48h"]),
        (timedelta(hours=24), ["7d", "48h", "24h"]),
        (timedelta(hours=4), ["7d", "48h", "24h", "4h"]),
        (timedelta(hours=1), ["7d", "48h", "24h", "4h", "1h"]),
        (timedelta(0), []),
    ],
)
def test_rounds_that_are_due(cutoff, before, rounds):
    queue_reminders(cutoff.closes_at - before)

    assert list(ReminderRound.objects.order_by("pk").values_list("code", flat=True)) == rounds


def test_only_the_nearest_of_several_rounds_is_sent_and_only_once(cutoff):
    draft = complete_proposal(tender=cutoff.tender)
    cutoff.submitted()
    now = cutoff.closes_at - 3 * HOUR

    first, second = queue_reminders(now), queue_reminders(now)

    assert (first, second) == (4, 0)
    assert _reminded() == [f"reminder:{draft.public_id}:1:4h:{draft.created_by.public_id}"]


def test_each_round_reminds_again_until_submitted(cutoff):
    draft = complete_proposal(tender=cutoff.tender)

    queue_reminders(cutoff.closes_at - 4 * HOUR)
    queue_reminders(cutoff.closes_at - HOUR)

    assert [key.split(":")[3] for key in _reminded()] == ["1h", "4h"]
    assert all(draft.public_id in key for key in _reminded())


def test_notices_of_a_closing_go_once_to_all_concerned(cutoff, fixed_now):
    proposal = cutoff.submitted()
    cutoff.close()

    queue_notices(fixed_now)
    again = queue_notices(fixed_now)

    told = OutgoingMail.objects.filter(template="tender_sealed").values_list("to", flat=True)
    people = [cutoff.tender.officer.email, cutoff.tender.second_approver.email, proposal.created_by.email]
    assert (sorted(told), again) == (sorted(people), 0)
    assert ChangeNotice.objects.count() == Change.objects.exclude(kind="tender.published").count()


def test_sweep_does_what_is_due_and_a_second_sweep_nothing(cutoff, mailoutbox):
    cutoff.submitted()
    sweep(now=cutoff.closes_at)
    mailoutbox.clear()
    cutoff.at(timedelta(seconds=10))

    first = sweep(now=cutoff.closes_at + timedelta(seconds=10))
    second = sweep(now=cutoff.closes_at + timedelta(seconds=10))

    assert first == Swept(closed=1, reminder_rounds=0, notices=1, mails=len(mailoutbox), staged=0)
    assert second == Swept(closed=0, reminder_rounds=0, notices=0, mails=0, staged=0)
    assert len(mailoutbox) == 3


def test_mails_name_the_tender_and_no_company(cutoff, mailoutbox):
    proposal = cutoff.submitted()
    sweep(now=clock.now())

    [mail] = [mail for mail in mailoutbox if mail.to == [proposal.created_by.email] and "receipt" in mail.body]
    assert cutoff.tender.number in mail.subject
    assert proposal.company.legal_name not in mail.subject + mail.body
    assert f"/proposals/{proposal.public_id}/receipt/1/" in mail.body

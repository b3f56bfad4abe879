"""One tender from its draft to its result, lived through by its people over HTTP alone, on the real clocks.

Only the operator's commands and the sweep run beside it. The deadline is some seconds ahead and really passes.
"""

import pytest
from django.core.management import call_command

from tests.journeys.story import MAILBOX, Tender

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_tender_from_its_draft_to_its_result():
    call_command("load_coalition", verbosity=0)
    tender = Tender()
    swift, hawk, owl, finch, wren = tender.companies_come()

    tender.is_published_by_two_people()
    tender.takes(swift, hawk, owl, finch, wren)
    tender.moves_its_deadline()
    swift.replaces_it()
    finch.withdraws()
    tender.is_sealed_at_its_deadline()
    wren.is_refused(MAILBOX)
    tender.closes_by_the_sweep()

    tender.is_opened_by_chair_and_opener()
    tender.panel_is_named_and_declares(conflict_with=hawk)
    tender.excludes(owl)
    tender.is_scored_and_locked(swift, hawk, disputed=swift)
    tender.agrees(disputed=swift)
    tender.is_ranked()

    ranked = tender.ranking()
    assert [(rank, company) for rank, company, _total in ranked] == [(1, swift.company), (2, hawk.company)]
    assert tender.exported() == [ranked, ranked]
    tender.publishes_its_result()
    assert "Agreed after the discussion" in swift.reads_result("Rank 1 of 2")
    assert hawk.reads_result("Rank 2 of 2").text.count("Harriet Invented saw it") == 0
    assert "INT-01" in owl.reads_result("Excluded")
    for other in (hawk, finch, wren):
        other.visit(swift.page.url, status=404)
    everybody = sorted(one.email for one in [*tender.bidders, tender.officer, tender.chair])
    assert tender.told_about("Deadline passed") == sorted([*everybody, tender.opener.email])
    assert tender.told_about("Proposals opened") == everybody
    assert tender.told_about("Result") == sorted(one.email for one in (swift, hawk, owl))
    secrets = [secret for bidder in tender.bidders for secret in bidder.secrets] + tender.reasons
    assert [(secret, letter) for letter in tender.letters() for secret in secrets if secret in letter] == []
    assert [tender.who_got(digest) for one in tender.bidders for digest in one.digests] == [
        {one.email} for one in tender.bidders for _digest in one.digests
    ]
    call_command("verify_ledger", verbosity=0)

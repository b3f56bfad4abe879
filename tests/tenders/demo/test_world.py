from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from coalition_portal import clock
from coalition_portal.identity.models import User
from coalition_portal.ledger.models import Entry
from coalition_portal.storage import document_storage, vault_storage
from manufacturers.models import Company
from tenders.demo.cast import PASSWORD, printed_accounts
from tenders.notices.models import Tender
from tenders.notices.queries import status_of
from tenders.proposals.models import Exclusion, OpenedProposal, Proposal, Receipt, Refusal, Withdrawal
from tenders.reviews.models import Conflict, Ranking, ScoreSheet

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite_only]


def test_world_has_four_tenders_at_four_moments_and_its_stories():
    call_command("make_demo_world", stdout=StringIO())

    tenders = {t.title_en: t for t in Tender.objects.with_deadline()}
    now = clock.now()
    assert {title: status_of(tender, now).value for title, tender in tenders.items()} == {
        "First FPV drones": "evaluation",
        "Tactical multirotor reconnaissance drones": "evaluation",
        "Advanced FPV drones": "open",
        "Interceptor drones": "open",
    }
    assert tenders["Advanced FPV drones"].series == tenders["Interceptor drones"].series
    assert Company.objects.count() == 40
    assert _count(OpenedProposal, tenders) == {"First FPV drones": 30, "Tactical multirotor reconnaissance drones": 18}
    _check_first(tenders["First FPV drones"])
    _check_reconnaissance(tenders["Tactical multirotor reconnaissance drones"])
    assert len(printed_accounts()) in range(18, 25)
    assert {email for email, _who, _sees in printed_accounts()} == _who_can_sign_in()
    assert len(PASSWORD) >= 15
    call_command("verify_ledger", stdout=StringIO())
    with pytest.raises(CommandError, match="people in it"):
        call_command("make_demo_world", stdout=StringIO())


def _count(model, tenders):
    counted = Counter(model.objects.values_list("tender__title_en", flat=True))
    return {title: counted[title] for title in tenders if counted[title]}


def _check_first(tender):
    late = Refusal.objects.get(tender=tender)
    assert late.proposal.company.legal_name == "Umovna Nazva Systems LLC"
    assert timedelta(seconds=3) <= late.received_at - tender.closes_at < timedelta(seconds=10)
    ranking = Ranking.objects.get(tender=tender)
    assert (ranking.rows.count(), ranking.published_at is not None) == (22, True)
    assert (
        Conflict.objects.filter(opened__tender=tender).get().opened.proposal.company.legal_name
        == "Sample Meadow Drones Ltd"
    )


def _check_reconnaissance(tender):
    states = Counter(Proposal.objects.filter(tender=tender).values_list("state", flat=True))
    assert states["OPENED"] + states["EXCLUDED"] == 18
    assert (states["DRAFT"], states["WITHDRAWN"]) == (5, 1)
    assert Withdrawal.objects.get().proposal.company.legal_name == "Izdoma Aero SIA"
    replaced = Receipt.objects.filter(tender=tender, proposal__company__legal_name="Chernetka Avia LLC")
    assert sorted(replaced.values_list("bundle__version", flat=True)) == [1, 2, 3]
    sheets = ScoreSheet.objects.filter(assignment__opened__tender=tender)
    assert 0 < sheets.count() < tender.opened_proposals.count() * 6
    excluded = Exclusion.objects.filter(opened__tender=tender, confirmed_at__isnull=False)
    assert "Specimen Flight Ltd" in excluded.values_list("opened__proposal__company__legal_name", flat=True)


def _who_can_sign_in():
    return {user.email for user in User.objects.all() if user.has_usable_password()}


def test_world_that_comes_late_leaves_nothing():
    before = _stored()

    with pytest.raises(CommandError, match="Nothing is kept"):
        call_command("make_demo_world", lead_seconds=1, stdout=StringIO())

    assert (User.objects.count(), Company.objects.count(), Tender.objects.count(), Entry.objects.count()) == (
        0,
        0,
        0,
        0,
    )
    assert _stored() == before


def _stored():
    """The keys that the two stores hold; other tests of this run leave theirs."""
    stores = ((document_storage(), "documents"), (vault_storage(), "manifests"))
    return [sorted(store.listdir(folder)[1]) if store.exists(folder) else [] for store, folder in stores]


def test_world_is_made_only_in_a_demo(settings):
    settings.PORTAL_DEMO = False

    with pytest.raises(CommandError, match="PORTAL_DEMO"):
        call_command("make_demo_world", stdout=StringIO())


def test_accounts_are_printed_with_their_password():
    out = StringIO()

    call_command("demo_accounts", stdout=out)

    assert PASSWORD in out.getvalue()
    assert all(email in out.getvalue() for email, _who, _sees in printed_accounts())

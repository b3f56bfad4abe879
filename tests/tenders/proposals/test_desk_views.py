from datetime import timedelta

import pytest
from django.urls import reverse

from coalition_portal.identity.roles import Role
from coalition_portal.watch import clock_guard
from coalition_portal.watch.models import Incident
from tenders.proposals.models import OpenedProposal, Opening, ProvisionalDecision
from tenders.proposals.provisional import decide
from tenders.proposals.withdrawal_notice import give_notice
from tests.factories import people
from tests.factories.companies import owner_of
from tests.factories.cutoffs import MICROSECOND, opener_of_another_country
from tests.factories.proposals import staged_bundle
from tests.factories.tenders import extended_tender, in_days, published_tender

SECOND = timedelta(seconds=1)


def _opening_url(cutoff):
    return reverse("admin:desk-opening", args=[cutoff.tender.number])


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.CHAIR, 200),
        (Role.OPENER, 200),
        (Role.OFFICER, 200),
        (Role.AUDITOR, 200),
        (Role.REVIEWER, 404),
        (Role.ADVISER, 404),
        (Role.HEAD, 404),
        (Role.OPERATOR, 404),
    ],
)
def test_who_sees_the_board_and_an_opening(cutoff, client_of, role, status):
    client = client_of(people.staff(role))

    pages = [client.get(reverse("admin:desk-openings")).status_code, client.get(_opening_url(cutoff)).status_code]

    assert pages == [status, status]


def test_page_of_a_tender_that_does_not_exist_is_missing(cutoff, chair_client):
    assert chair_client.get(reverse("admin:desk-opening", args=["IDC-2020-0001"])).status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_board_says_where_each_tender_stands_and_takes_the_same_for_one_and_for_three(
    cutoff, client_of, django_assert_num_queries, count
):
    for _more in range(count - 1):
        published_tender(closes_at=cutoff.closes_at)
    client = client_of(cutoff.tender.second_approver)
    url = reverse("admin:desk-openings")
    cutoff.close()
    assert client.get(url).text.count("Waits for the chair") == count

    client.post(reverse("admin:desk-opening-propose", args=[cutoff.tender.number]))

    with django_assert_num_queries(5):
        page = client.get(url).text
    assert (page.count("Waits for an opener"), page.count("Waits for the chair")) == (1, count - 1)


@pytest.mark.parametrize("count", [1, 3])
def test_board_with_rows_to_decide_takes_the_same_for_one_and_for_three(
    cutoff, client_of, django_assert_num_queries, count
):
    tenders = [cutoff.tender, *(published_tender(closes_at=cutoff.closes_at) for _more in range(count - 1))]
    bundles = [staged_bundle(tender=tender) for tender in tenders]
    cutoff.close()
    for bundle in bundles:
        cutoff.submit(bundle, -MICROSECOND)
    client = client_of(cutoff.tender.second_approver)

    with django_assert_num_queries(9):
        page = client.get(reverse("admin:desk-openings")).text
    assert page.count("Waits for two officers") == count


@pytest.mark.parametrize("count", [1, 3])
def test_opening_with_provisional_rows_takes_the_same_for_one_and_for_three(
    cutoff, client_of, django_assert_num_queries, count
):
    bundles = [staged_bundle(tender=cutoff.tender) for _row in range(2 * count)]
    cutoff.close()
    rows = [cutoff.submit(bundle, -MICROSECOND).provisional for bundle in bundles]
    for row in rows[:count]:
        for country in ("LV", "GB"):
            decide(provisional=row, accepted=True, reason="Seen.", by=people.officer(country), now=cutoff.closes_at)
    client = client_of(cutoff.tender.second_approver)

    with django_assert_num_queries(29):
        page = client.get(_opening_url(cutoff)).text
    assert (page.count("file-name"), page.count(": accept. Seen.")) == (2 * count, 2 * count)


@pytest.mark.parametrize("count", [1, 3])
def test_opening_with_notices_takes_the_same_for_one_and_for_three(cutoff, client_of, django_assert_num_queries, count):
    proposals = [cutoff.submitted() for _row in range(count)]
    cutoff.open()
    for proposal in proposals:
        give_notice(proposal=proposal, reason="The line stands still.", by=owner_of(proposal.company))
    client = client_of(cutoff.tender.second_approver)

    with django_assert_num_queries(25):
        page = client.get(_opening_url(cutoff)).text
    assert page.count("The line stands still.") == count


def test_chair_proposes_and_an_opener_of_another_country_opens(cutoff, client_of):
    cutoff.submitted()
    cutoff.close()
    chair, opener = client_of(cutoff.tender.second_approver), client_of(people.opener("EE"))

    assert "Propose the opening" in chair.get(_opening_url(cutoff)).text
    proposed = chair.post(reverse("admin:desk-opening-propose", args=[cutoff.tender.number]), follow=True)
    assert "Open all proposals" not in proposed.text
    assert "Open all proposals" in opener.get(_opening_url(cutoff)).text
    opened = opener.post(reverse("admin:desk-opening-confirm", args=[cutoff.tender.number]), follow=True)

    assert opened.status_code == 200
    assert OpenedProposal.objects.count() == 1
    assert Opening.objects.get().opened_at is not None


def test_too_early_is_said_and_nothing_opens(cutoff, client_of):
    chair = client_of(cutoff.tender.second_approver)
    cutoff.at(timedelta(seconds=1))

    proposed = chair.post(reverse("admin:desk-opening-propose", args=[cutoff.tender.number]), follow=True)
    confirmed = client_of(people.opener("EE")).post(
        reverse("admin:desk-opening-confirm", args=[cutoff.tender.number]), follow=True
    )

    assert "is not closed yet" in proposed.text
    assert "The chair has not proposed to open" in confirmed.text
    assert Opening.objects.count() == 0


def test_officer_who_presses_the_chairs_button_is_told_whose_it_is(cutoff, client_of):
    cutoff.close()

    response = client_of(people.officer("NL")).post(reverse("admin:desk-opening-propose", args=[cutoff.tender.number]))

    assert (response.status_code, Opening.objects.count()) == (403, 0)


def test_two_officers_decide_a_provisional_row(cutoff, client_of):
    bundle = staged_bundle(tender=cutoff.tender)
    cutoff.close()
    row = cutoff.submit(bundle, -MICROSECOND).provisional
    url = reverse("admin:desk-provisional", args=[cutoff.tender.number, row.commitment])
    first, second = client_of(people.officer("NL")), client_of(people.officer("EE"))

    assert bundle.proposal.company.legal_name in first.get(_opening_url(cutoff)).text
    empty = first.post(url, {"accepted": "yes", "reason": ""})
    first.post(url, {"accepted": "yes", "reason": "The arrival record shows it."})
    again = first.post(url, {"accepted": "no", "reason": "A second thought."})
    assert "The arrival record shows it." in second.get(url).text
    second.post(url, {"accepted": "yes", "reason": "Seen as well."})

    assert (empty.status_code, again.status_code) == (200, 200)
    assert "A decision needs its reason." in empty.text
    assert "A second thought." in again.text
    assert list(ProvisionalDecision.objects.values_list("accepted", flat=True)) == [True, True]
    assert second.get(url).status_code == 404


def test_opener_does_not_learn_who_waits_for_a_decision(cutoff, client_of):
    bundle = staged_bundle(tender=cutoff.tender)
    cutoff.close()
    row = cutoff.submit(bundle, -MICROSECOND).provisional
    opener = client_of(people.opener("EE"))

    assert bundle.proposal.company.legal_name not in opener.get(_opening_url(cutoff)).text
    assert opener.get(reverse("admin:desk-provisional", args=[cutoff.tender.number, row.commitment])).status_code == 404


def test_what_was_decided_stays_on_the_page_for_officers_and_auditors(cutoff, client_of):
    bundle = staged_bundle(tender=cutoff.tender, name="Example Rotor")
    cutoff.close()
    row = cutoff.submit(bundle, -MICROSECOND).provisional
    url = reverse("admin:desk-provisional", args=[cutoff.tender.number, row.commitment])
    officer, auditor, opener = (
        client_of(one) for one in (cutoff.tender.officer, people.staff(Role.AUDITOR), people.opener("EE"))
    )

    before = auditor.get(_opening_url(cutoff)).text
    boards = [person.get(reverse("admin:desk-openings")).text for person in (officer, auditor, opener)]
    for country in ("NL", "EE"):
        client_of(people.officer(country)).post(url, {"accepted": "yes", "reason": f"Seen by {country}."})

    assert ("Example Rotor" in before, url in before) == (True, False)
    assert "The set of proposals is final." not in before
    assert ["Waits for two officers" in board for board in boards] == [True, True, False]
    for person in (officer, auditor):
        page = person.get(_opening_url(cutoff)).text
        for told in ("Decided by two people", "Example Rotor", "Seen by NL.", "Seen by EE."):
            assert told in page
    assert "Example Rotor" not in opener.get(_opening_url(cutoff)).text


def test_what_was_decided_is_not_shown_while_a_moved_deadline_is_ahead(cutoff, client_of):
    bundle = staged_bundle(tender=cutoff.tender, name="Example Rotor")
    cutoff.close()
    row = cutoff.submit(bundle, -MICROSECOND).provisional
    url = reverse("admin:desk-provisional", args=[cutoff.tender.number, row.commitment])
    for country in ("NL", "EE"):
        client_of(people.officer(country)).post(url, {"accepted": "no", "reason": f"Seen by {country}."})
    officer = client_of(cutoff.tender.officer)
    before = officer.get(_opening_url(cutoff)).text
    extended_tender(cutoff.tender, in_days(2))

    assert ("Example Rotor" in before, "Example Rotor" in officer.get(_opening_url(cutoff)).text) == (True, False)


def test_who_waits_for_a_decision_is_not_shown_while_a_deadline_is_ahead(cutoff, client_of):
    bundle = staged_bundle(tender=cutoff.tender, name="Example Rotor")
    cutoff.close()
    row = cutoff.submit(bundle, -MICROSECOND).provisional
    url = reverse("admin:desk-provisional", args=[cutoff.tender.number, row.commitment])
    officer = client_of(cutoff.tender.officer)
    before = officer.get(_opening_url(cutoff)).text, officer.get(url).status_code
    extended_tender(cutoff.tender, in_days(2))
    after = officer.get(_opening_url(cutoff)).text, officer.get(url).status_code

    assert ("Example Rotor" in before[0], before[1]) == (True, 200)
    assert ("Example Rotor" in after[0], after[1]) == (False, 404)
    assert "It is shown here once the tender is closed." in after[0]


def test_row_of_an_incident_shows_both_clocks(cutoff, client_of, monkeypatch):
    bundle = staged_bundle(tender=cutoff.tender)
    Incident.objects.create(begun_at=cutoff.closes_at, noticed_by="test", kind="DATABASE")
    with monkeypatch.context() as clocks:
        clocks.setattr(clock_guard, "witness", lambda: cutoff.closes_at - SECOND)
        row = cutoff.submit(bundle, SECOND).provisional
    cutoff.close()

    page = client_of(cutoff.tender.officer).get(
        reverse("admin:desk-provisional", args=[cutoff.tender.number, row.commitment])
    )

    text = page.content.decode()
    assert "Arrived while a clock was in doubt" in text
    assert "By the database’s clock" in text
    assert "By the server’s steady clock" in text
    assert "The clock of the database and that of a server disagreed" in text
    assert text.count('<svg class="pic"') == 2


def test_notices_of_withdrawal_are_read_by_officers_after_the_opening_only(cutoff, client_of):
    proposal = cutoff.submitted(name="Example Rotor")
    cutoff.at(SECOND)
    give_notice(proposal=proposal, reason="Our motor supplier went bankrupt.", by=owner_of(proposal.company))
    url = reverse("admin:desk-opening", args=[cutoff.tender.number])
    officer, opener = client_of(cutoff.tender.officer), client_of(opener_of_another_country(cutoff.tender))

    before = [b"bankrupt" in person.get(url).content for person in (officer, opener)]
    cutoff.open()
    after = [b"bankrupt" in person.get(url).content for person in (officer, opener)]

    assert (before, after) == ([False, False], [True, False])

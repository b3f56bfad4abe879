from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError
from django.utils import translation

from coalition_portal import clock
from coalition_portal.post.delivery import render
from coalition_portal.post.models import OutgoingMail
from manufacturers.models import CompanyRole
from tenders.notices.models import Change, Tender, Visibility
from tenders.notices.queries import deadline_in_force, requirements_visible_to
from tenders.proposals import auto_submit, reminders
from tenders.proposals.completeness import Overview
from tenders.proposals.drafting import save_answers
from tenders.proposals.missing import TaskCode
from tenders.proposals.models import ChangeNotice, Document, Proposal, ReminderRound, ScanState
from tenders.proposals.reminders import queue_notices, queue_reminders
from tenders.proposals.sweeping import Swept, sweep
from tests.factories import companies, people
from tests.factories.proposals import complete_proposal, draft_proposal, staged_bundle
from tests.factories.tenders import extended_tender, published_tender

HOUR = timedelta(hours=1)
QUERIES_OF_A_ROUND = 16
QUERIES_OF_A_NOTICE = 12


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


def _letter_to(person):
    """Subject and body of the one reminder to this person."""
    mail = OutgoingMail.objects.get(template="proposal_reminder", to=person.email)
    subject, body = render(mail)
    return subject, body


def test_a_reminder_names_each_thing_that_is_missing_and_no_value(cutoff):
    draft = draft_proposal(tender=cutoff.tender)
    owner = companies.owner_of(draft.company)
    rows = {row.code: "180" for row in requirements_visible_to(owner, cutoff.tender) if row.code == "INT-01"}
    save_answers(
        proposal=draft,
        answers={code: Decimal(claim) for code, claim in rows.items()},
        revision=draft.revision,
        by=owner,
        now=clock.database_now(),
    )

    queue_reminders(cutoff.closes_at - HOUR)

    subject, body = _letter_to(owner)
    overview = Overview(Proposal.objects.get(pk=draft.pk))
    others = [item.sentence for item in overview.missing if item.task != TaskCode.ANSWERS]
    left = [row for row in overview.requirements if row.code != "INT-01"]
    named = [row.code.replace("-", "\N{NON-BREAKING HYPHEN}") for row in left if row.visibility == Visibility.PUBLIC]
    unnamed = [row.code for row in left if row.visibility != Visibility.PUBLIC]
    answers = [f"7 answers: {', '.join(named)}", "10 answers that the page names"]
    assert subject == f"Not submitted yet: your proposal for {cutoff.tender.number}"
    assert [line[2:] for line in body.splitlines() if line.startswith("- ")] == [*answers, *others]
    assert "is NOT SUBMITTED" in body
    assert "180" not in subject + body
    assert (len(named), len(unnamed)) == (7, 10)
    for code in unnamed:
        assert code not in body.replace("\N{NON-BREAKING HYPHEN}", "-")


def test_a_reminder_names_no_file(cutoff):
    draft = complete_proposal(tender=cutoff.tender)
    document = Document.objects.filter(proposal=draft).earliest("pk")
    Document.objects.filter(pk=document.pk).update(scan=ScanState.INFECTED)

    queue_reminders(cutoff.closes_at - HOUR)

    subject, body = _letter_to(draft.created_by)
    assert "- The scanner found a file harmful: remove it\n" in body
    assert document.name not in subject + body


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        ("complete", "Nothing is missing. Freeze the version; then a signatory has to press the button."),
        ("frozen", "Nothing is missing, and version 1 is frozen. A signatory has to press the button."),
        ("asked", "Version 1 is submitted when time runs out, as a signatory asked."),
    ],
)
def test_a_reminder_says_what_is_left_to_do(cutoff, stage, told):
    draft = complete_proposal(tender=cutoff.tender)
    if stage != "complete":
        bundle = staged_bundle(proposal=draft)
    if stage == "asked":
        auto_submit.ask(bundle=bundle, by=draft.created_by)

    queue_reminders(cutoff.closes_at - HOUR)

    _subject, body = _letter_to(draft.created_by)
    assert told in body
    assert "\n- " not in body
    assert "\nSubmit it here:\n" in body


def test_each_person_is_reminded_in_their_language_and_a_viewer_never(cutoff):
    draft = draft_proposal(tender=cutoff.tender)
    editor = companies.person_of(draft.company, CompanyRole.EDITOR)
    companies.person_of(draft.company, CompanyRole.VIEWER)
    editor.language = "uk"
    editor.save()

    queue_reminders(cutoff.closes_at - HOUR)

    rows = OutgoingMail.objects.filter(template="proposal_reminder").order_by("pk")
    assert {(row.to, row.language) for row in rows} == {(editor.email, "uk"), (draft.created_by.email, "en")}
    with translation.override("uk"):
        wanted = [item.sentence for item in Overview(draft).missing if item.task == TaskCode.DOCUMENTS]
    ukrainian = next(row for row in rows if row.language == "uk")
    assert [item for item in ukrainian.context["missing"] if item in wanted] == wanted


@pytest.mark.parametrize("count", [1, 3])
def test_a_round_costs_the_same_for_one_draft_and_for_three(cutoff, django_assert_num_queries, count):
    for _number in range(count):
        bundle = staged_bundle(tender=cutoff.tender)
        companies.person_of(bundle.proposal.company, CompanyRole.EDITOR)
        draft_proposal(tender=cutoff.tender)

    with django_assert_num_queries(QUERIES_OF_A_ROUND):
        queue_reminders(cutoff.closes_at - timedelta(days=7))

    assert len(_reminded()) == 3 * count


@pytest.mark.parametrize("count", [1, 3])
def test_a_notice_costs_the_same_for_one_company_and_for_three(cutoff, fixed_now, django_assert_num_queries, count):
    for _number in range(count):
        draft_proposal(tender=cutoff.tender)
    cutoff.close()

    with django_assert_num_queries(QUERIES_OF_A_NOTICE):
        queue_notices(fixed_now)

    assert OutgoingMail.objects.filter(template="tender_sealed").count() == 2 + count


def test_a_damaged_draft_costs_nobody_else_their_reminder(cutoff, caplog):
    damaged, sound = complete_proposal(tender=cutoff.tender), draft_proposal(tender=cutoff.tender)
    Proposal.objects.filter(pk=damaged.pk).update(declarations_accepted=5)

    assert queue_reminders(cutoff.closes_at - HOUR) == 5

    assert [key.split(":")[1] for key in _reminded()] == [sound.public_id]
    assert [record.getMessage() for record in caplog.records] == [f"no reminder about proposal {damaged.public_id}"]


def test_a_tender_that_cannot_be_reminded_of_holds_up_none_of_the_others(cutoff, monkeypatch):
    draft = draft_proposal(tender=cutoff.tender)
    other = published_tender(closes_at=cutoff.closes_at - timedelta(seconds=1))
    draft_proposal(tender=other)
    told = reminders._told

    def fail_for_the_first(proposal, deadline, frozen):
        if deadline.tender_id == other.pk:
            raise OperationalError("no room")
        return told(proposal, deadline, frozen)

    with monkeypatch.context() as patch, pytest.raises(ExceptionGroup, match="could not be queued"):
        patch.setattr(reminders, "_told", fail_for_the_first)
        queue_reminders(cutoff.closes_at - HOUR)

    assert [key.split(":")[1] for key in _reminded()] == [draft.public_id]
    assert queue_reminders(cutoff.closes_at - HOUR) == 5
    assert len(_reminded()) == 2


def test_an_event_that_cannot_be_told_holds_up_none_of_the_others(cutoff, fixed_now, monkeypatch):
    cutoff.at(timedelta(seconds=-30))
    other = published_tender(closes_at=cutoff.closes_at)
    cutoff.close()
    concerned = reminders._concerned

    def fail_for_the_first(change):
        if change.tender_id == cutoff.tender.pk:
            raise ValueError("damaged")
        return concerned(change)

    monkeypatch.setattr(reminders, "_concerned", fail_for_the_first)

    with pytest.raises(ExceptionGroup, match="could not be queued"):
        queue_notices(fixed_now)

    assert [row.change.tender for row in ChangeNotice.objects.filter(change__kind="tender.sealed")] == [other]


def test_a_deadline_that_is_far_away_costs_a_sweep_no_query(cutoff, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert queue_reminders(cutoff.closes_at - timedelta(days=7, microseconds=1)) == 0


def test_notices_of_a_closing_go_once_to_all_concerned(cutoff, fixed_now):
    proposal = cutoff.submitted()
    cutoff.close()

    queue_notices(fixed_now)
    again = queue_notices(fixed_now)

    told = OutgoingMail.objects.filter(template="tender_sealed").values_list("to", flat=True)
    people = [cutoff.tender.officer.email, cutoff.tender.second_approver.email, proposal.created_by.email]
    assert (sorted(told), again) == (sorted(people), 0)
    assert ChangeNotice.objects.count() == Change.objects.exclude(kind="tender.published").count()


def test_a_sweep_that_read_the_same_events_in_the_same_moment_tells_nobody_again(cutoff, fixed_now):
    cutoff.close()
    read_before = list(Change.objects.select_related("tender"))
    queue_notices(fixed_now)
    mails = OutgoingMail.objects.count()

    told = [reminders._tell(change, fixed_now) for change in read_before if change.kind in reminders.NOTICES]

    assert (told, OutgoingMail.objects.count()) == ([0] * len(told), mails)
    assert told


def test_openers_are_told_of_a_sealed_tender_and_where_they_open_it(cutoff, fixed_now):
    openers = [people.opener("EE"), people.opener("NL")]
    cutoff.close()

    queue_notices(fixed_now)

    told = OutgoingMail.objects.filter(template="tender_sealed", to__in=[person.email for person in openers])
    assert [mail.context["path"] for mail in told] == [f"/admin/opening/{cutoff.tender.number}/"] * 2


@pytest.mark.django_db
def test_who_moved_the_deadline_gets_no_second_mail_about_it(fixed_now):
    tender = published_tender()
    draft = draft_proposal(tender=tender)
    extended_tender(tender, deadline_in_force(tender).closes_at + timedelta(days=1))
    OutgoingMail.objects.all().delete()

    queue_notices(fixed_now)

    told = OutgoingMail.objects.filter(template="tender_deadline_changed").values_list("to", flat=True)
    assert list(told) == [draft.created_by.email]


@pytest.mark.django_db
def test_another_officer_s_extension_is_told_to_the_officer_of_the_tender(fixed_now):
    tender = published_tender()
    extended_tender(tender, deadline_in_force(tender).closes_at + timedelta(days=1))
    other = people.officer("EE")
    Tender.objects.filter(pk=tender.pk).update(officer=other)

    queue_notices(fixed_now)

    told = OutgoingMail.objects.filter(template="tender_deadline_changed").values_list("to", flat=True)
    assert list(told) == [other.email]


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

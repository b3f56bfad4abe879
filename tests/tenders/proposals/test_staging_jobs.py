from datetime import timedelta

import pytest
from django.utils import translation
from kombu.exceptions import OperationalError

from coalition_portal import clock
from coalition_portal.permission import Denied
from coalition_portal.storage import document_storage
from coalition_portal.watch.beating import beat
from manufacturers.models import CompanyRole
from tenders.notices.queries import deadline_in_force
from tenders.proposals import staging, staging_jobs, tasks
from tenders.proposals.models import Bundle, ContentPart, StagingJob, StagingState
from tenders.proposals.staging import NotStageable
from tenders.proposals.staging_jobs import CLAIM_HOLDS, PATIENCE, carry_out, is_left_lying, run, take_up
from tests.factories import companies
from tests.factories.proposals import change_draft, complete_proposal, draft_proposal

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def now():
    return clock.now()


@pytest.fixture
def sent(monkeypatch):
    """The messages that a broker took."""
    taken = []
    monkeypatch.setattr(
        staging_jobs.current_app, "send_task", lambda name, args, expires: taken.append((name, args, expires))
    )
    return taken


def ask(proposal, now, *, by=None):
    return staging_jobs.ask(proposal=proposal, by=by or companies.owner_of(proposal.company), now=now)


def alive(now):
    beat(name="celery@host", kind="worker", now=now)


def row(job):
    return StagingJob.objects.get(pk=job.pk)


def test_a_job_waits_and_knows_how_much_there_is_to_read(proposal, now):
    job = ask(proposal, now)

    assert (job.proposal, job.revision, job.state, job.done_bytes, job.asked_at, job.claimed_at) == (
        proposal, proposal.revision, "WAITING", 0, now, None,
    )  # fmt: skip
    assert job.total_bytes == sum(document.size_bytes for document in proposal.documents.all())


def test_whoever_asks_again_gets_the_same_job(proposal, now):
    editor = companies.person_of(proposal.company, CompanyRole.EDITOR)

    assert ask(proposal, now) == ask(proposal, now, by=editor)


def test_a_new_job_after_the_last_has_ended(proposal, now):
    first = ask(proposal, now)
    run(job=first, now=now)
    change_draft(proposal)

    assert ask(proposal, now) != first


def test_no_job_for_what_is_incomplete_or_not_theirs_or_late(proposal, now):
    viewer = companies.person_of(proposal.company, CompanyRole.VIEWER)
    closes_at = deadline_in_force(proposal.tender).closes_at

    with pytest.raises(NotStageable, match="items are missing, the first: "):
        ask(draft_proposal(), now)
    with pytest.raises(Denied):
        ask(proposal, now, by=viewer)
    with pytest.raises(Denied, match="The deadline has passed"):
        ask(proposal, closes_at)
    assert not StagingJob.objects.exists()


def test_a_job_that_is_run_makes_a_version(proposal, now):
    job = ask(proposal, now)

    bundle = run(job=job, now=now)

    done = row(job)
    assert bundle == Bundle.objects.get()
    assert (done.state, done.bundle, done.problem, done.done_bytes) == ("DONE", bundle, "", done.total_bytes)
    assert done.ended_at is not None


def test_a_job_that_is_run_twice_makes_one_version(proposal, now):
    job = ask(proposal, now)

    assert [run(job=job, now=now) is None for _time in range(2)] == [False, True]
    assert Bundle.objects.count() == 1


def test_what_is_claimed_is_left_to_who_has_it(proposal, now):
    job = ask(proposal, now)
    StagingJob.objects.update(state=StagingState.RUNNING, claimed_at=now - CLAIM_HOLDS + MICROSECOND)

    assert run(job=job, now=now) is None
    assert row(job).state == "RUNNING"


def test_each_byte_is_counted_while_it_is_read_back(proposal, now, monkeypatch):
    monkeypatch.setattr(staging_jobs, "SIGN_SECONDS", -1.0)
    job, told = ask(proposal, now), []
    real = staging_jobs._Progress.has_read

    def has_read(progress, count):
        real(progress, count)
        told.append(row(job).done_bytes)

    monkeypatch.setattr(staging_jobs._Progress, "has_read", has_read)
    run(job=job, now=now)

    assert told == sorted(told)
    assert (told[-1], len(told)) == (job.total_bytes, proposal.documents.count())


def test_a_job_that_lost_its_claim_leaves_the_row_to_the_other(proposal, now, monkeypatch):
    monkeypatch.setattr(staging_jobs, "SIGN_SECONDS", -1.0)
    job = ask(proposal, now)
    taken = []

    def lose(*_arguments):
        if not taken:
            taken.append(StagingJob.objects.filter(pk=job.pk).update(claimed_at=now + timedelta(minutes=2)))
        return {}

    monkeypatch.setattr(staging, "prefetch_related_objects", lose)

    assert run(job=job, now=now) is None
    assert (row(job).state, row(job).claimed_at, Bundle.objects.count()) == ("RUNNING", now + timedelta(minutes=2), 0)


def test_a_document_that_is_gone_or_altered_is_named(proposal, now):
    document = proposal.documents.order_by("pk").first()
    part = ContentPart.objects.get(content=document.content)
    with document_storage().open(part.storage_key, "rb") as file:
        stored = file.read()

    for content in (stored[:-1] + bytes([stored[-1] ^ 1]), None):
        document_storage().delete(part.storage_key)
        if content is not None:
            from django.core.files.base import ContentFile

            document_storage().save(part.storage_key, ContentFile(content))
        job = ask(proposal, now)
        assert run(job=job, now=now) is None
        assert (row(job).state, row(job).problem) == (
            "FAILED",
            f"Our store no longer has “{document.name}” as you uploaded it. Remove it and upload it again.",
        )
    assert not Bundle.objects.exists()


def test_a_digest_that_is_another_than_was_told_is_found(proposal, now):
    document = proposal.documents.order_by("pk").first()
    type(document).objects.filter(pk=document.pk).update(sha256="0" * 64)

    job = ask(proposal, now)
    run(job=job, now=now)

    assert f"Our store no longer has “{document.name}”" in row(job).problem


def test_a_draft_that_changed_meanwhile_is_told(proposal, now, monkeypatch):
    job = ask(proposal, now)
    monkeypatch.setattr(staging, "_check_documents_are_kept", lambda *_facts: change_draft(proposal))

    run(job=job, now=now)

    assert "The draft was changed while it was being frozen." in row(job).problem


def test_a_store_that_does_not_answer_is_told_in_the_language_of_who_asked(proposal, now, monkeypatch, caplog):
    owner = companies.owner_of(proposal.company)
    owner.language = "uk"
    owner.save()
    seen = []

    def fail(**_facts):
        seen.append(translation.get_language())
        raise ConnectionError("the store is gone")

    job = ask(proposal, now)
    monkeypatch.setattr(staging, "stage", fail)
    assert run(job=job, now=now) is None

    assert (row(job).state, bool(row(job).problem), seen) == ("FAILED", True, ["uk"])
    assert "the store is gone" in caplog.text


def test_a_job_after_the_deadline_says_so(proposal, now):
    job = ask(proposal, now)

    run(job=job, now=deadline_in_force(proposal.tender).closes_at)

    assert "The deadline has passed" in row(job).problem


# Who carries it out


def test_a_living_worker_is_told_and_the_request_goes_on(proposal, now, sent):
    alive(now)
    job = ask(proposal, now)

    carry_out(job=job, now=now)

    assert sent == [("tenders.proposals.tasks.stage", [job.public_id], 60)]
    assert row(job).state == "WAITING"


def test_without_a_living_worker_the_request_does_it(proposal, now, sent):
    alive(now - timedelta(seconds=61))
    job = ask(proposal, now)

    carry_out(job=job, now=now)

    assert (sent, row(job).state) == ([], "DONE")


def test_what_the_workers_let_lie_the_request_does(proposal, now, sent):
    alive(now)
    job = ask(proposal, now - PATIENCE)

    carry_out(job=job, now=now)

    assert (sent, row(job).state) == ([], "DONE")


@pytest.mark.parametrize("error", [OperationalError("no broker"), OSError("disk full")])
def test_a_broker_that_does_not_take_it_costs_nothing(proposal, now, monkeypatch, caplog, error):
    def refuse(*_arguments, **_facts):
        raise error

    monkeypatch.setattr(staging_jobs.current_app, "send_task", refuse)
    alive(now)
    job = ask(proposal, now)

    carry_out(job=job, now=now)

    assert row(job).state == "DONE"
    assert "no worker was told of staging job" in caplog.text


def test_what_has_ended_is_not_carried_out_again(proposal, now, sent):
    job = ask(proposal, now)
    run(job=job, now=now)

    carry_out(job=row(job), now=now)

    assert (sent, Bundle.objects.count()) == ([], 1)


@pytest.mark.parametrize(
    ("state", "age", "lies"),
    [
        ("WAITING", PATIENCE - MICROSECOND, False),
        ("WAITING", PATIENCE, True),
        ("RUNNING", CLAIM_HOLDS - MICROSECOND, False),
        ("RUNNING", CLAIM_HOLDS, True),
        ("DONE", CLAIM_HOLDS * 2, False),
        ("FAILED", CLAIM_HOLDS * 2, False),
    ],
)
def test_the_sweep_takes_up_what_is_left_lying(proposal, now, state, age, lies):
    """The rule in Python and its twin in SQL say the same."""
    job = ask(proposal, now)
    StagingJob.objects.update(state=state, asked_at=now - age, claimed_at=None if state == "WAITING" else now - age)

    assert is_left_lying(row(job), now) is lies
    assert take_up(now) == lies
    assert Bundle.objects.exists() is lies


def test_the_sweep_takes_up_one_at_a_time(now):
    jobs = [ask(complete_proposal(), now - PATIENCE) for _number in range(2)]

    assert [take_up(now) for _sweep in range(3)] == [1, 1, 0]
    assert [row(job).state for job in jobs] == ["DONE", "DONE"]


def test_the_task_runs_the_job_that_is_named(proposal, now):
    job = ask(proposal, now)

    tasks.stage(job.public_id)
    tasks.stage(job.public_id)

    assert (row(job).state, Bundle.objects.count()) == ("DONE", 1)

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from smtplib import SMTPServerDisconnected

import pytest
from django.core import mail as django_mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection

from coalition_portal.post.delivery import CLAIM_HOLDS, MOST_ATTEMPTS, MOST_FAILURES, render, send_due, wait_after
from coalition_portal.post.models import OutgoingMail
from coalition_portal.post.queue import queue_mail
from tests.factories import people

NEWS = """{% extends "mail/layout.txt" %}
{% block subject %}{{ title }}
closes{% endblock %}
{% block body %}{{ title }} closes {{ closes_at|date:"H:i" }} & {{ closes_at.year }}{% endblock %}
"""

FAILURES = []


class FailingBackend(EmailBackend):
    """Refuses as often as the test says, then sends."""

    def send_messages(self, messages):
        if FAILURES:
            raise FAILURES.pop()
        return super().send_messages(messages)


@pytest.fixture(autouse=True)
def mail_settings(settings, tmp_path):
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "news.txt").write_text(NEWS)
    (folder / "broken.txt").write_text("{% include 'mail/there_is_no_such_part.txt' %}")
    settings.TEMPLATES = [
        settings.TEMPLATES[0] | {"DIRS": [*settings.TEMPLATES[0]["DIRS"], tmp_path]},
    ]
    settings.PORTAL_URL = "https://portal.example.test/"
    settings.DEFAULT_FROM_EMAIL = "Tenders <tenders@portal.example.test>"
    settings.EMAIL_BACKEND = f"{__name__}.FailingBackend"
    FAILURES.clear()


def queue(now, *, key="news:1", template="news", **fields):
    queue_mail(
        key=key, to=people.person(**fields), template=template, now=now,
        context={"title": "Tom's <drones>", "closes_at": now, "path": "/tenders/IDC-1/"},
    )  # fmt: skip
    return OutgoingMail.objects.get(key=key)


@pytest.mark.django_db
def test_a_mail_is_sent_once_and_marked(fixed_now, mailoutbox):
    queue(fixed_now, email="anna@example.test")

    assert [send_due(now=fixed_now), send_due(now=fixed_now)] == [1, 0]

    sent = [(m.subject, m.to, m.from_email) for m in mailoutbox]
    assert sent == [("Tom's <drones> closes", ["anna@example.test"], "Tenders <tenders@portal.example.test>")]
    assert list(OutgoingMail.objects.values_list("sent_at", "claimed_at", "attempts")) == [(fixed_now, None, 1)]


@pytest.mark.django_db
def test_a_mail_is_in_the_language_and_time_zone_of_its_reader(fixed_now):
    subject, body = render(queue(fixed_now, language="en", time_zone="Europe/Kyiv"))

    assert subject == "Tom's <drones> closes"
    assert body.splitlines()[:4] == [
        "Tom's <drones> closes 12:00 & 2026",
        "",
        "https://portal.example.test/tenders/IDC-1/",
        "",
    ]
    assert "Sign in to read it" in body
    other = render(queue(fixed_now, key="news:2", language="uk", time_zone="Europe/London"))[1]
    assert other.splitlines()[0] == "Tom's <drones> closes 10:00 & 2026"


@pytest.mark.django_db
def test_a_mail_without_a_path_has_no_link(fixed_now):
    mail = queue(fixed_now)
    mail.context.pop("path")

    assert "https://portal.example.test/tenders" not in render(mail)[1]


@pytest.mark.django_db
def test_text_that_is_no_instant_stays_text(fixed_now):
    mail = queue(fixed_now)
    mail.context = {"title": "T", "closes_at": "soon"}

    assert render(mail)[1].startswith("T closes  & ")


@pytest.mark.django_db
@pytest.mark.parametrize(("shift", "sent"), [(-1, 0), (0, 1), (1, 1)])
def test_a_mail_is_due_at_its_instant_and_not_before(fixed_now, mailoutbox, shift, sent):
    queue(fixed_now)

    assert send_due(now=fixed_now + timedelta(microseconds=shift)) == sent


@pytest.mark.django_db
def test_a_failed_mail_rests_and_is_sent_later(fixed_now, mailoutbox, caplog):
    mail = queue(fixed_now)
    FAILURES.append(SMTPServerDisconnected("gone"))

    assert send_due(now=fixed_now) == 0
    mail.refresh_from_db()
    assert (mail.attempts, mail.claimed_at, mail.due_at, mail.last_error) == (
        1, None, fixed_now + timedelta(seconds=10), "SMTPServerDisconnected: gone",
    )  # fmt: skip
    assert caplog.messages == ["mail news:1 was not sent, attempt 1 of 20: gone"]
    assert send_due(now=fixed_now + timedelta(seconds=9)) == 0
    assert send_due(now=fixed_now + timedelta(seconds=10)) == 1
    mail.refresh_from_db()
    assert (mail.attempts, mail.last_error, len(mailoutbox)) == (2, "", 1)


@pytest.mark.django_db
def test_one_failing_mail_does_not_hold_up_the_others(fixed_now, mailoutbox):
    queue(fixed_now, key="a", template="broken")
    queue(fixed_now, key="b", template="there_is_none")
    queue(fixed_now, key="c")

    assert send_due(now=fixed_now) == 1

    errors = dict(OutgoingMail.objects.values_list("key", "last_error"))
    assert (errors["a"], errors["b"], errors["c"]) == (
        "TemplateDoesNotExist: mail/there_is_no_such_part.txt",
        "TemplateDoesNotExist: mail/there_is_none.txt",
        "",
    )


@pytest.mark.django_db
def test_a_server_that_does_not_answer_is_left_alone_until_the_next_sweep(fixed_now, mailoutbox):
    for number in range(MOST_FAILURES + 1):
        queue(fixed_now, key=f"news:{number}")
    FAILURES[:] = [TimeoutError("no answer")] * (MOST_FAILURES + 1)

    assert (send_due(now=fixed_now), len(FAILURES)) == (0, 1)
    FAILURES.clear()
    assert (send_due(now=fixed_now), send_due(now=fixed_now + timedelta(seconds=10))) == (1, MOST_FAILURES)


@pytest.mark.django_db
def test_a_mail_is_given_up_after_twenty_attempts(fixed_now, mailoutbox, caplog):
    mail = queue(fixed_now)
    now = fixed_now
    for _attempt in range(MOST_ATTEMPTS + 5):
        FAILURES[:] = [OSError("down")]
        send_due(now=now)
        now += timedelta(hours=2)

    mail.refresh_from_db()
    assert (mail.attempts, mail.sent_at, len(mailoutbox)) == (20, None, 0)
    assert [record.levelname for record in caplog.records] == ["WARNING"] * 19 + ["ERROR"]


def test_wait_after_doubles_up_to_an_hour():
    seconds = [wait_after(attempts).total_seconds() for attempts in (1, 2, 3, 9, 10, 19)]

    assert seconds == [10, 20, 40, 2560, 3600, 3600]


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "sent"), [(CLAIM_HOLDS, 0), (CLAIM_HOLDS + timedelta(microseconds=1), 1)])
def test_the_claim_of_a_dead_worker_is_taken_again_after_five_minutes(fixed_now, mailoutbox, age, sent):
    mail = queue(fixed_now)
    OutgoingMail.objects.filter(pk=mail.pk).update(claimed_at=fixed_now, attempts=1)

    assert send_due(now=fixed_now + age) == sent


@pytest.mark.django_db
def test_a_repeated_mail_keeps_its_message_id(fixed_now, mailoutbox):
    mail = queue(fixed_now)
    for _time in range(2):
        send_due(now=fixed_now)
        OutgoingMail.objects.filter(pk=mail.pk).update(sent_at=None)

    first, second = (message.extra_headers["Message-ID"] for message in mailoutbox)
    assert first == second
    assert first.endswith("@portal.example.test>")


@pytest.mark.django_db
def test_at_most_a_batch_is_sent(fixed_now, mailoutbox):
    for number in range(3):
        queue(fixed_now, key=str(number))

    assert [send_due(now=fixed_now, limit=2), send_due(now=fixed_now, limit=2)] == [2, 1]


@pytest.mark.django_db
@pytest.mark.parametrize("mails", [1, 3])
def test_a_sweep_with_nothing_due_is_one_query(django_assert_num_queries, fixed_now, mailoutbox, mails):
    for number in range(mails):
        queue(fixed_now + timedelta(days=1), key=str(number))

    with django_assert_num_queries(1):
        assert send_due(now=fixed_now) == 0


@pytest.mark.django_db(transaction=True)
def test_many_workers_send_each_mail_once(fixed_now, mailoutbox):
    for number in range(30):
        queue(fixed_now, key=str(number))
    together = threading.Barrier(4)

    def work(_worker):
        together.wait()
        try:
            return send_due(now=fixed_now)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(work, range(4)))

    assert sum(counts) == 30
    assert len({message.extra_headers["Message-ID"] for message in django_mail.outbox}) == len(django_mail.outbox) == 30

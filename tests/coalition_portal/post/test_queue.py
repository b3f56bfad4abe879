from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from coalition_portal.post.models import OutgoingMail
from coalition_portal.post.queue import queue_mail
from tests.factories import people

pytestmark = pytest.mark.django_db


def test_queue_mail_writes_what_will_be_sent(fixed_now):
    user = people.person(email="olena@example.test", language="uk", time_zone="Europe/Riga")

    queue_mail(
        key="reminder:1", to=user, template="reminder", now=fixed_now,
        context={"closes_at": fixed_now, "amount": Decimal("1.50"), "path": "/proposals/"},
    )  # fmt: skip

    assert list(OutgoingMail.objects.values()) == [
        {
            "id": OutgoingMail.objects.get().pk,
            "key": "reminder:1",
            "to": "olena@example.test",
            "language": "uk",
            "time_zone": "Europe/Riga",
            "template": "reminder",
            "context": {"closes_at": "2026-10-14T09:00:00Z", "amount": "1.50", "path": "/proposals/"},
            "created_at": fixed_now,
            "due_at": fixed_now,
            "claimed_at": None,
            "sent_at": None,
            "attempts": 0,
            "last_error": "",
        }
    ]
    assert str(OutgoingMail.objects.get()) == "reminder to olena@example.test"


def test_queue_mail_keeps_the_first_of_one_key(fixed_now):
    user = people.person()

    for template in ("first", "second"):
        queue_mail(key="same", to=user, template=template, context={}, now=fixed_now)

    assert list(OutgoingMail.objects.values_list("template", flat=True)) == ["first"]


@pytest.mark.django_db(transaction=True)
def test_a_mail_is_gone_with_the_transaction_that_wrote_it(fixed_now):
    user = people.person()

    with pytest.raises(KeyError), transaction.atomic():
        queue_mail(key="never", to=user, template="reminder", context={}, now=fixed_now + timedelta(days=1))
        raise KeyError

    assert OutgoingMail.objects.count() == 0

from pathlib import Path

import pytest
from django.conf import settings

from coalition_portal.post.delivery import render
from coalition_portal.post.models import OutgoingMail
from coalition_portal.post.queue import queue_mail
from tests.factories import people

TEMPLATES = [
    "company_key_made",
    "company_key_revoked",
    "company_person_added",
    "company_person_removed",
    "company_role_changed",
    "company_vetting",
]


def test_every_mail_of_this_slice_is_listed():
    folder = Path(settings.BASE_DIR) / "templates" / "mail"

    assert sorted(path.stem for path in folder.glob("company_*.txt")) == TEMPLATES


@pytest.mark.django_db
@pytest.mark.parametrize("template", TEMPLATES)
def test_mail_says_that_there_is_news_and_where(template, fixed_now):
    queue_mail(key="k", to=people.person(), template=template, context={"path": "/company/"}, now=fixed_now)

    subject, body = render(OutgoingMail.objects.get())

    assert subject
    assert "\n" not in subject
    assert f"{settings.PORTAL_URL}/company/" in body

"""What every template knows, and that knowing it costs nothing until a template asks."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from coalition_portal import context
from coalition_portal.identity.roles import Role
from tests.factories import people

NOW = datetime(2026, 10, 14, 9, tzinfo=UTC)


def known_to(user):
    request = RequestFactory().get("/")
    request.now, request.user = NOW, user
    return context.portal(request)


def test_a_visitor_has_no_company_and_no_role():
    known = known_to(AnonymousUser())

    assert (known["now"], bool(known["company"]), bool(known["is_staff_person"]), str(known["role_words"])) == (
        NOW,
        False,
        False,
        "",
    )


def test_a_request_that_no_middleware_saw_is_a_visitor():
    known = context.portal(RequestFactory().get("/"))

    assert (known["now"], bool(known["company"]), bool(known["is_staff_person"])) == (None, False, False)


@pytest.mark.django_db
def test_nothing_is_looked_up_until_a_template_asks(django_assert_num_queries):
    person = people.person()

    with django_assert_num_queries(0):
        known = known_to(person)
        staff = bool(known["is_staff_person"])

    assert (staff, bool(known["company"])) == (False, False)


@pytest.mark.django_db
def test_staff_are_told_their_roles_and_their_country():
    chair = people.staff(Role.CHAIR, "LV")
    people.staff(Role.HEAD, "LV", user=chair)
    chair.refresh_from_db()

    known = known_to(chair)

    assert bool(known["is_staff_person"]) is True
    assert str(known["role_words"]) == f"chair, head of delegation ({people.country('LV').name})"


@pytest.mark.django_db
def test_staff_of_the_secretariat_have_no_country():
    auditor = people.staff(Role.AUDITOR)

    assert str(known_to(auditor)["role_words"]) == "auditor"


def test_languages_are_named_in_their_own_words():
    assert known_to(AnonymousUser())["portal_languages"] == [("en", "English"), ("uk", "Українська")]

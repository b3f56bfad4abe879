from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from coalition_portal.identity.models import RoleGrant, User
from tests.factories import people

pytestmark = pytest.mark.django_db


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_grant_role_enters_a_new_person_without_a_password():
    people.country("LV")

    said = run("grant_role", "Anna@Example.test", "head", "--country", "lv", "--name", "Anna")

    user = User.objects.get(email="anna@example.test")
    assert said == "anna@example.test is now head of delegation.\n"
    assert (user.name, user.is_staff, user.has_usable_password()) == ("Anna", True, False)
    assert list(RoleGrant.objects.values_list("user", "role", "country", "granted_by")) == [
        (user.pk, "HEAD", "LV", None)
    ]


def test_grant_role_takes_a_person_who_is_there():
    user = people.person(email="anna@example.test")

    run("grant_role", "anna@example.test", "OPERATOR")

    assert RoleGrant.objects.get().user == user


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody@example.test", "OPERATOR"], "Nobody has the address nobody@example.test. Give --name"),
        (["anna@example.test", "HEAD", "--country", "XX"], "XX is no member country. Run load_coalition first"),
        (["anna@example.test", "HEAD"], "This role acts for a country. Name one."),
        (["anna@example.test", "KING"], "invalid choice"),
    ],
)
def test_grant_role_refuses_with_a_sentence(arguments, words):
    people.person(email="anna@example.test")

    with pytest.raises(CommandError, match=words):
        run("grant_role", *arguments)


def test_end_role_ends_what_is_held_and_says_so():
    people.chair("LV", email="anna@example.test")

    assert run("end_role", "Anna@example.test", "chair") == "anna@example.test is no longer chair.\n"
    with pytest.raises(CommandError, match="is not chair now"):
        run("end_role", "anna@example.test", "chair")

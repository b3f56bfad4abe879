import pytest
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.utils.translation import override

from coalition_portal.identity.models import FundMilestone, MemberCountry, RoleGrant, User
from coalition_portal.identity.roles import Role
from tests.factories import people

pytestmark = pytest.mark.django_db


def test_a_person_is_known_by_one_form_of_the_address():
    user = User.objects.create_user(" Anna@Example.TEST ", people.PASSWORD)

    assert user.email == "anna@example.test"
    assert User.objects.get_by_natural_key("ANNA@example.test") == user
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("ａnna@example.test")


def test_the_database_refuses_an_address_that_is_not_lower_case():
    user = people.person()

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(email="Anna@example.test")


def test_clean_normalises_what_a_form_was_given():
    user = User(email="Anna@Example.test")
    user.clean()

    assert user.email == "anna@example.test"


def test_a_person_is_called_by_name_or_by_address():
    named, bare = people.person(name="Anna"), User(email="b@example.test")

    assert [str(named), named.get_full_name(), named.get_short_name()] == ["Anna"] * 3
    assert str(bare) == "b@example.test"


def test_a_person_starts_with_the_defaults():
    user = User.objects.create_user("anna@example.test")

    assert (user.language, user.time_zone, user.is_active, user.is_staff, user.is_superuser, len(user.public_id)) == (
        "en", "Europe/Kyiv", True, False, False, 26,
    )  # fmt: skip
    assert user.has_usable_password() is False


def test_create_superuser_may_sign_in_to_the_desk():
    user = User.objects.create_superuser("root@example.test", people.PASSWORD)

    assert (user.is_staff, user.is_superuser) == (True, True)


def test_sign_in_by_address_and_password(rf):
    user = people.person(email="anna@example.test", password=people.PASSWORD)
    request = rf.post("/")

    assert authenticate(request, email="Anna@example.test", password=people.PASSWORD) == user
    assert authenticate(request, email="anna@example.test", password="wrong") is None


def test_sessions_end_with_the_epoch_and_with_the_password(client):
    user = people.person(password=people.PASSWORD)
    hashes = [user.get_session_auth_hash()]
    user.session_epoch += 1
    hashes.append(user.get_session_auth_hash())
    user.set_password("another long password")
    hashes.append(user.get_session_auth_hash())

    assert len(set(hashes)) == 3


def test_a_countrys_name_is_in_the_readers_language():
    country = people.country("LV")

    with override("en"):
        assert (country.name, str(country)) == ("Latvia", "Latvia")
    with override("uk"):
        assert country.name == "Латвія"


def test_a_milestones_note_is_in_the_readers_language(fixed_now):
    milestone = FundMilestone(date="2024-10", amount=5, currency="EUR", note_en="saved", note_uk="накопичено")

    with override("en"):
        assert (milestone.note, str(milestone)) == ("saved", "2024-10 5 EUR")
    with override("uk"):
        assert milestone.note == "накопичено"


@pytest.mark.parametrize("fields", [{"code": "lv"}, {"code": "L"}, {"code": "LV", "level": "GUEST"}])
def test_the_database_refuses_a_malformed_country(fields):
    with pytest.raises(IntegrityError):
        MemberCountry.objects.create(**fields)


def grant(user, fixed_now, **fields):
    defaults = {"role": Role.REVIEWER, "country": people.country("LV"), "granted_at": fixed_now}
    return RoleGrant(user=user, **defaults | fields)


@pytest.mark.parametrize(
    "second", [{"role": Role.REVIEWER}, {"role": Role.OPENER}, {"role": Role.AUDITOR, "country": None}]
)
def test_the_database_refuses_live_grants_that_exclude_each_other(fixed_now, second):
    user = people.person()
    grant(user, fixed_now, role=Role.REVIEWER).save()
    grant(user, fixed_now, role=Role.OPERATOR, country=None).save()

    with pytest.raises(IntegrityError):
        grant(user, fixed_now, **second).save()


def test_the_database_takes_a_grant_again_once_the_old_one_ended(fixed_now):
    user = people.person()
    grant(user, fixed_now, ended_at=fixed_now).save()

    again = grant(user, fixed_now)
    again.save()

    assert str(again) == f"{user} REVIEWER LV"


def test_the_database_refuses_malformed_grants(fixed_now):
    user, other = people.person(), people.person()
    early = fixed_now.replace(year=2025)

    for fields in (
        {"role": "KING"},
        {"granted_by": user},
        {"ended_at": early},
        {"ended_by": other},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            grant(user, fixed_now, **fields).save()

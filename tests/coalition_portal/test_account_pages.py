"""Every page on the way in is ours: our frame, our words, our fields, and nothing typed is lost."""

import re

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.urls import reverse

from tests.factories import people

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.coalition_portal.frame_urls")]

PASSWORD = "four words that stay"


@pytest.fixture
def member(client):
    person = people.person(email="olena@example.test", password=PASSWORD)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def heading_of(response):
    return re.search(r"<h1[^>]*>(.*?)</h1>", response.content.decode(), re.S)[1].strip()


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("account_login", "Sign in"),
        ("account_signup", "Register"),
        ("account_reset_password", "Choose a new password"),
        ("account_reset_password_done", "Look into your e-mail"),
        ("account_reset_password_from_key_done", "The new password is saved"),
        ("account_inactive", "This account is switched off"),
    ],
)
def test_pages_for_visitors(client, name, heading):
    response = client.get(reverse(name))

    assert (response.status_code, heading_of(response)) == (200, heading)
    assert '<html lang="en">' in response.content.decode()
    assert '<main id="main"' in response.content.decode()


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("account_email", "E-mail address"),
        ("account_change_password", "Change your password"),
        ("account_logout", "Sign out of the portal"),
        ("account_reauthenticate", "Confirm that it is you"),
        ("mfa_index", "The second factor is off"),
    ],
)
def test_pages_for_members(client, member, name, heading):
    client.force_login(member)

    response = client.get(reverse(name))

    assert (response.status_code, heading_of(response)) == (200, heading)


def test_pages_speak_ukrainian_by_the_language_of_the_browser(client):
    response = client.get(reverse("account_login"), headers={"accept-language": "uk"})

    assert '<html lang="uk">' in response.content.decode()


def test_language_switch_is_a_form_that_comes_back_to_the_page(client):
    page = client.get(reverse("account_login"), query_params={"next": "/here/"}).content.decode()
    form = re.search(r'<form class="language".*?</form>', page, re.S)[0]

    response = client.post("/i18n/setlang/", {"language": "uk", "next": "/accounts/login/?next=/here/"})

    assert 'value="/accounts/login/?next=%2Fhere%2F"' in form
    assert '<button type="submit" name="language" value="uk" lang="uk">Українська</button>' in form
    assert (response.url, response.cookies["portal_language"].value) == ("/accounts/login/?next=/here/", "uk")


def test_sign_up_with_mistakes_lists_them_and_keeps_the_address(client):
    page = client.post(reverse("account_signup"), {"email": "olena@", "password1": "short"}).content.decode()

    assert re.findall(r'<a href="#(id_\w+)">', page) == ["id_email", "id_password1"]
    assert 'value="olena@"' in page
    assert 'aria-describedby="id_email-hint id_email-error"' in page


def test_sign_up_asks_for_the_code_that_was_sent(client):
    response = client.post(
        reverse("account_signup"), {"email": "olena@example.test", "password1": PASSWORD}, follow=True
    )
    code = re.search(r"^[A-Z0-9]{3,}-?[A-Z0-9]{3,}$", mail.outbox[0].body, re.M)[0]

    refused = client.post(reverse("account_email_verification_sent"), {"code": "WRONG"})
    accepted = client.post(reverse("account_email_verification_sent"), {"code": code})

    assert heading_of(response) == "Enter the code from your e-mail"
    assert "olena@example.test" in response.content.decode()
    assert mail.outbox[0].subject == "Your code for the tender portal"
    assert 'href="#id_code"' in refused.content.decode()
    assert accepted.status_code == 302


def test_sign_in_that_is_refused_keeps_the_address(client, member):
    page = client.post(reverse("account_login"), {"login": member.email, "password": "wrong"}).content.decode()

    assert "1 thing needs mending" in page
    assert f'value="{member.email}"' in page


def code_of_the_app(secret):
    counter = next(totp.yield_hotp_counters_from_time())
    return f"{totp.hotp_value(secret, counter):06d}"


@time_machine.travel("2026-10-14T09:00:00Z", tick=False)
def test_second_factor_is_set_up_and_leads_to_recovery_codes(client, member):
    client.force_login(member)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    refused = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    code = code_of_the_app(refused.context["form"].secret)
    accepted = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)

    assert heading_of(page) == "Set up the app with codes"
    assert 'class="qr" src="data:image/svg+xml' in page.content.decode()
    assert "Six digits from the app: " in refused.content.decode()
    assert heading_of(accepted) == "10 recovery codes are left"
    assert heading_of(client.get(reverse("mfa_index"))) == "The second factor is on"
    assert heading_of(client.get(reverse("mfa_generate_recovery_codes"))) == "Make new recovery codes"
    assert heading_of(client.get(reverse("mfa_deactivate_totp"))) == "Switch the second factor off"


def test_new_password_by_letter(client, member):
    client.post(reverse("account_reset_password"), {"email": member.email})
    link = re.search(r"https?://testserver(\S+)", mail.outbox[0].body)[1]

    page = client.get(link, follow=True)
    dead = client.get(reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "set-x"}), follow=True)

    assert mail.outbox[0].subject == "Choose a new password"
    assert heading_of(page) == "Choose a new password"
    assert heading_of(dead) == "This link no longer works"


def test_letters_name_the_coalition_and_no_other_site(client, member):
    client.post(reverse("account_reset_password"), {"email": "nobody@example.test"})

    assert "International Drone Coalition" in mail.outbox[0].body
    assert "example.com" not in mail.outbox[0].body

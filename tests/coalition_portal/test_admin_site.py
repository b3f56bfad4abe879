from importlib import import_module

import pytest
from django.contrib import admin
from django.urls import reverse

from coalition_portal.admin_site import DESK_MODULES, CoalitionAdminSite
from coalition_portal.identity.roles import Role
from coalition_portal.watch.models import Heartbeat
from tests.factories import people


def test_the_site_is_the_coalitions_own():
    assert isinstance(admin.site, CoalitionAdminSite)


def test_no_plain_admin_page_exists_neither_sealed_nor_of_accounts():
    assert list(admin.site._registry) == []


def test_a_page_of_our_own_would_be_shown():
    site = CoalitionAdminSite()
    stock, own = type("Stock", (admin.ModelAdmin,), {"__module__": "allauth.account.admin"}), admin.ModelAdmin
    own = type("Own", (own,), {"__module__": "coalition_portal.watch.admin"})

    site.register(Heartbeat, stock)
    assert not site.is_registered(Heartbeat)
    site.register(Heartbeat, own)
    assert site.is_registered(Heartbeat)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/account/emailaddress/", "/admin/mfa/authenticator/", "/admin/auth/group/"])
def test_a_superuser_finds_no_stock_page(client_of, path):
    superuser = people.User.objects.create_superuser("superuser@example.test")

    assert client_of(superuser).get(path).status_code == 404


def test_every_slice_brings_its_desk_pages():
    included = [getattr(pattern, "urlconf_name", None) for pattern in admin.site.get_urls()]

    assert [module for module in DESK_MODULES if import_module(module) not in included] == []


@pytest.mark.django_db
def test_anonymous_people_go_to_the_one_door_and_come_back(client):
    response = client.get(reverse("admin:index"), follow=True)

    assert response.redirect_chain[-1] == ("/accounts/login/?next=%2Fadmin%2F", 302)
    assert response.status_code == 200


@pytest.mark.django_db
def test_a_right_password_opens_nothing_at_the_admins_own_form(client):
    people.staff(Role.OFFICER, email="officer@example.test", password=people.PASSWORD)

    response = client.post("/admin/login/", {"username": "officer@example.test", "password": people.PASSWORD})

    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/login/?next=%2Fadmin%2Flogin%2F")
    assert "sessionid" not in response.cookies and "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_staff_change_their_password_on_the_page_of_everybody(officer_client):
    assert officer_client.get("/admin/password_change/").url == reverse("account_change_password")
    assert officer_client.post("/admin/password_change/").url == reverse("account_change_password")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/admin/", "/admin/login/"])
def test_a_person_without_a_role_is_not_let_in(client_of, path):
    assert client_of(people.person()).get(path).status_code in (302, 403, 404)


@pytest.mark.django_db
@pytest.mark.parametrize("role", list(Role))
def test_every_role_of_staff_has_a_desk(client_of, role):
    assert client_of(people.staff(role)).get("/admin/").status_code == 200

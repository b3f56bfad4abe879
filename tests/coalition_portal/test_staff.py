import pytest
from django.http import Http404, HttpResponse
from django.urls import path

from coalition_portal.identity.roles import Role
from coalition_portal.staff import staff_context, staff_page
from tests.factories import people


@staff_page
def desk(request, number):
    """Shows a desk."""
    return HttpResponse(f"desk {number}")


urlpatterns = [path("desk/<number>/", desk)]

pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


def test_a_visitor_is_sent_to_sign_in_and_comes_back(client, settings):
    settings.LOGIN_URL = "/accounts/login/"
    response = client.get("/desk/7/?page=2")

    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/desk/7/%3Fpage%3D2")


def test_a_person_who_is_not_staff_finds_nothing(rf):
    request = rf.get("/desk/7/")
    request.user = people.person()

    with pytest.raises(Http404):
        desk(request, number="7")


@pytest.mark.parametrize("role", Role)
def test_every_staff_person_reaches_the_page(client_of, role):
    response = client_of(people.staff(role)).get("/desk/7/")

    assert (response.status_code, response.content) == (200, b"desk 7")


def test_staff_page_keeps_the_views_name():
    assert (desk.__name__, desk.__doc__) == ("desk", "Shows a desk.")


@pytest.mark.urls("coalition_portal.urls")
def test_staff_context_is_the_admins_and_what_the_page_adds(rf):
    request = rf.get("/admin/")
    request.user = people.staff(Role.OFFICER)

    context = staff_context(request, title="Queue", number=7)

    assert (context["title"], context["number"]) == ("Queue", 7)
    assert context["site_header"]

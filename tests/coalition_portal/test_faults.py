"""A database that is away answers nobody with a fault page: a person must know that nothing was received."""

import pytest
from botocore.exceptions import EndpointConnectionError
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.urls import path

from coalition_portal import faults

AWAY = OperationalError("the server closed the connection unexpectedly")
raised = []


def fails(request):
    if raised:
        raise raised[0]
    return HttpResponse("well")


urlpatterns = [path("fails/", fails)]
handler500 = "coalition_portal.faults.server_error"


@pytest.fixture
def ask(client, settings):
    """`ask(method, error)`: what a person gets from a page that raises it."""
    settings.ROOT_URLCONF = __name__
    client.raise_request_exception = False

    def answer(method, error):
        raised[:] = [error]
        return getattr(client, method)("/fails/")

    yield answer
    raised.clear()


def test_act_while_the_database_is_away_is_told_not_yet_received(ask):
    answer = ask("post", AWAY)

    assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "5", "no-store")
    assert ">Not yet received</h1>" in answer.content.decode()


def test_page_while_the_database_is_away_is_not_available(ask):
    answer = ask("get", InterfaceError("connection already closed"))

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert ">Not available for a moment</h1>" in answer.content.decode()


def test_store_that_is_away_is_said_by_its_name(ask):
    answer = ask("post", EndpointConnectionError(endpoint_url="http://store.example"))

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "store of files does not answer" in answer.content.decode()


def test_any_other_error_is_a_fault_of_ours(ask):
    answer = ask("post", ValueError("a mistake"))

    assert (answer.status_code, answer.has_header("Retry-After")) == (500, False)
    assert ">A fault of ours</h1>" in answer.content.decode()


@pytest.mark.parametrize(
    ("error", "is_away"), [(AWAY, True), (InterfaceError("closed"), True), (ValueError("x"), False), (None, False)]
)
def test_what_is_a_database_away(error, is_away):
    assert faults.is_database_away(error) is is_away

import pytest
from django.urls import reverse


@pytest.fixture
def url(story):
    """`url("desk-review", opened)`: the address of a desk page of the story's tender."""

    def address(name, opened=None, *more):
        args = [story.tender.number, *([opened.public_id] if opened else []), *more]
        return reverse(f"admin:{name}", args=args)

    return address


@pytest.fixture
def page(url, client_of):
    """`page(user, "desk-review", opened)`: status and text of a page."""

    def load(user, name, opened=None, query=""):
        response = client_of(user).get(url(name, opened) + query)
        return response.status_code, response.content.decode()

    return load

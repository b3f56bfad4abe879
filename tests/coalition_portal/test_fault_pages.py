"""Pages that say what was not done, and that stand also where no request and no context is at hand."""

import pytest
from django.template.loader import render_to_string


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("400.html", "The request was not understood"),
        ("403_csrf.html", "The form was too old"),
        ("429.html", "Too many tries"),
        ("500.html", "A fault of ours"),
    ],
)
def test_bare_pages_need_no_context(name, says):
    page = render_to_string(name)

    assert f">{says}</h1>" in page
    assert '<html lang="en">' in page


@pytest.mark.urls("tests.coalition_portal.frame_urls")
@pytest.mark.parametrize(
    ("name", "context", "says"),
    [
        ("403.html", {"reason": "Only a signatory submits."}, "Only a signatory submits."),
        ("403.html", {}, "Your account has no right to do this."),
        ("404.html", {}, "There is no page here for you"),
        ("409.html", {"sentence": "The tender is closed."}, "The tender is closed."),
    ],
)
def test_pages_in_the_frame(rf, name, context, says):
    page = render_to_string(name, context, request=rf.get("/"))

    assert says in page
    assert "<h1" in page

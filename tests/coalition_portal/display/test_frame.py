import pytest

from tests.coalition_portal.display.drawing import draw, request_of


@pytest.mark.urls("tests.coalition_portal.frame_urls")
@pytest.mark.parametrize(
    ("path", "mark"),
    [("/here/", ' aria-current="page"'), ("/here/below/", ' aria-current="true"'), ("/", "")],
)
def test_nav_link_marks_where_one_is(path, mark):
    markup = draw('{% nav_link "here" "Here" %}', request=request_of(path=path))

    assert markup == f'<li><a href="/here/"{mark}>Here</a></li>'


@pytest.mark.urls("tests.coalition_portal.frame_urls")
def test_nav_link_to_the_front_page_is_not_above_everything():
    markup = draw('{% nav_link "front" "Front" %}', request=request_of(path="/here/"))

    assert markup == '<li><a href="/">Front</a></li>'


@pytest.mark.urls("tests.coalition_portal.frame_urls")
def test_nav_link_to_a_page_that_is_missing_is_nothing():
    assert draw('{% nav_link "nowhere" "Nowhere" %}') == ""


def test_filled_draws_its_ends_only_around_something():
    source = '{% filled "<p>" "</p>" %} {{ inside }} {% endfilled %}'

    assert [draw(source, inside="x"), draw(source, inside="")] == ["<p>x</p>", ""]


@pytest.mark.urls("tests.coalition_portal.frame_urls")
def test_a_page_has_a_second_column_only_where_it_holds_something():
    bare = '{% extends "base.html" %}{% block content %}<p>One</p>{% endblock %}'
    with_side = bare + "{% block side %}<p>Two</p>{% endblock %}"

    pages = [draw(source, request=request_of()) for source in (bare, with_side)]

    assert ["<aside" in page for page in pages] == [False, True]

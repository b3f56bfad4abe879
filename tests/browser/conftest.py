import pytest
from django.core.cache import cache

from tests.browser.walking import Walk

DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@pytest.fixture
def walk(browser, live_server):
    """`walk(language=..., is_phone=..., has_scripts=...)` begins in a browser of its own. No console has an error."""
    walks = []
    cache.clear()  # Sign-ups of other tests came from the same address.

    def begin(*, language="en", is_phone=False, has_scripts=True, scheme="light"):
        context = browser.new_context(
            locale={"en": "en-GB", "uk": "uk-UA"}[language],
            viewport=PHONE if is_phone else DESKTOP,
            java_script_enabled=has_scripts,
            color_scheme=scheme,
        )
        walks.append(Walk(context.new_page(), live_server.url, language=language, has_scripts=has_scripts))
        return walks[-1]

    yield begin
    complaints = [complaint for one in walks for complaint in one.complaints]
    for one in walks:
        one.page.context.close()
    assert complaints == []

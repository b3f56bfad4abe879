"""Templates of a line or two, drawn as a page would be."""

import re
from datetime import UTC, datetime
from types import SimpleNamespace

from django.template import engines
from django.test import RequestFactory
from django.utils import translation

NOW = datetime(2026, 9, 29, 11, 2, 11, tzinfo=UTC)
CLOSES = datetime(2026, 10, 14, 9, tzinfo=UTC)


def draw(source, *, language="en", request=None, **values):
    with translation.override(language):
        return engines["django"].from_string(source).render(values, request)


def words(markup):
    """What is read, with one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", markup).replace("&nbsp;", " ").replace("\N{NO-BREAK SPACE}", " ").split())


def request_of(user=None, path="/"):
    request = RequestFactory().get(path)
    request.now, request.user = NOW, user or SimpleNamespace(is_authenticated=False)
    return request

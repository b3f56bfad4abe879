"""What a person reads when something of ours failed: a fault that we record, or a part that does not answer."""

import sys

from botocore.exceptions import BotoCoreError, ClientError
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.defaults import server_error as plain_server_error

RETRY_SECONDS = 5
DATABASE_AWAY = (OperationalError, InterfaceError)
STORE_AWAY = (BotoCoreError, ClientError)
AWAY = (*DATABASE_AWAY, *STORE_AWAY)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 while database or store is away, so that nobody takes a lost request for a received one; else 500.

    Django calls it while it handles the exception, also for one that a middleware raised.
    """
    exception = sys.exc_info()[1]
    is_store = is_store_away(exception)
    if not is_store and not is_database_away(exception):
        return plain_server_error(request)
    context = {"is_store": is_store, "is_post": request.method not in ("GET", "HEAD", "OPTIONS")}
    # Without the request no context processor runs, and none of them asks the database.
    response = render(None, "503.html", context, status=503)
    response["Retry-After"] = str(RETRY_SECONDS)
    response["Cache-Control"] = "no-store"
    return response


def is_database_away(exception: BaseException | None) -> bool:
    """Whether the database refused a connection, dropped it, was locked for too long or had no room."""
    return isinstance(exception, DATABASE_AWAY)


def is_store_away(exception: BaseException | None) -> bool:
    """Whether the store of files did not answer, or answered with a failure of its own."""
    return isinstance(exception, STORE_AWAY)

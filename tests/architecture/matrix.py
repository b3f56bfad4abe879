"""Reads matrix.txt, the table of who gets what at which address, and asks the portal the same."""

import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.db import transaction
from django.forms.forms import BaseForm
from django.test.client import Client, ClientHandler, FakePayload
from django.urls import get_resolver, reverse
from django.urls.resolvers import URLResolver

from tests.factories.sessions import signed_in

FILE = Path(__file__).with_name("matrix.txt")
ROOT = Path(__file__).parents[2]
OURS = ("coalition_portal", "manufacturers", "tenders")
SIGN_IN = "in"
DIFFERS_EACH_TIME = re.compile(
    rb'csrfmiddlewaretoken" value="\w+|"ticket" value="[\w:.-]+|data-now="\d+|\d\d:\d\d:\d\d|urn:uuid:[\w-]+'
)
SAMPLES = {"app_label": "auth", "uidb36": "1", "key": "1-a", "url": "nothing"}


@dataclass(frozen=True)
class Row:
    """`where` is the name of one of our own addresses, or a route ending in * for stock ones that others wrote."""

    where: str
    thing: str
    method: str
    cells: tuple[str, ...]

    @property
    def is_summary(self):
        return self.where.endswith("*")

    def __str__(self):
        return f"{self.method} {self.where} {self.thing}".removesuffix(" -")


@dataclass(frozen=True)
class Address:
    name: str
    route: str
    parameters: tuple[str, ...]


def read():
    """The columns, in words, and the rows. Columns are named above the table: key, then who it is."""
    lines = [line.split("#")[0].rstrip() for line in FILE.read_text().splitlines()]
    keys = dict(line.split(" = ") for line in lines if " = " in line)
    table = [line.split() for line in lines if line and " = " not in line]
    head, *rows = table
    columns = [keys[key] for key in head[3:]]
    for row in rows:
        assert len(row) == 3 + len(columns), f"{len(row)} words, wanted {3 + len(columns)}: {' '.join(row)}"
    return columns, [Row(where, thing, method, tuple(cells)) for where, thing, method, *cells in rows]


@cache
def addresses():
    return list(_walk(get_resolver().url_patterns, "", ""))


def _walk(patterns, route, space):
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern.url_patterns, here, inner)
        else:
            yield Address(f"{space}{pattern.name}", here, tuple(re.findall(r"<(?:\w+:)?(\w+)>", here)))


def path_of(name, arguments):
    """The path of the address of ours with this name, for as many of these arguments as it takes."""
    parameters = next(address.parameters for address in addresses() if address.name == name)
    return reverse(name, kwargs={parameter: arguments[parameter] for parameter in parameters})


def path_in(world, row):
    return path_of(row.where, world.objects[row.thing.replace("-", " ").strip()])


def stock_path(address):
    """A path that the route of a stock address takes, with arguments that mean nothing."""
    path = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", lambda found: SAMPLES[found[1]], address.route)
    path = re.sub(r"<\w+:\w+>", "1", path)
    return "/" + path.replace("^", "").replace("$", "")


def paths_with(text, address):
    """The paths of an address with this text for one of its parameters, and for the others what means nothing."""
    for named in address.parameters:
        yield "/" + re.sub(r"<\w+:(\w+)>", lambda found, named=named: text if found[1] == named else "1", address.route)


def posted_names():
    """What our views read from a form by its name, and every field of a form that is declared."""
    read = re.compile(r"request\.POST\.get(?:list)?\(\"(\w+)\"|\"(\w+)\" in request\.POST")
    code = [file.read_text() for name in OURS for file in (ROOT / name).rglob("*.py")]
    named = {one or other for text in code for one, other in read.findall(text)}
    return sorted(named | {field for form in _forms(BaseForm) for field in getattr(form, "base_fields", ())})


def _forms(form):
    for inner in form.__subclasses__():
        yield inner
        yield from _forms(inner)


@contextmanager
def undone():
    """Whatever happens inside is taken back. Verbs may open their durable transactions in it, as in a test case."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)


class Asker:
    """Sends requests as somebody, each of them undone. It goes around the test client, which keeps every template."""

    def __init__(self, people):
        self.handler = ClientHandler(enforce_csrf_checks=False)
        self.environments = {column: self._environment(user) for column, user in people.items()}

    def _environment(self, user):
        browser = Client() if user is None else signed_in(user)
        return browser._base_environ()

    def ask(self, column, method, address, *, form=""):
        path, _mark, query = address.partition("?")
        request = {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": method, "CONTENT_LENGTH": str(len(form))}
        if form:
            request["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
        with undone():
            response = self.handler(self.environments[column] | request | {"wsgi.input": FakePayload(form.encode())})
            response.whole = response.getvalue()
        return response

    def read(self, column, address):
        """The answer to which an address leads at last."""
        response = self.ask(column, "GET", address)
        while response.status_code == 302:
            response = self.ask(column, "GET", response.url)
        return response


def bare(response):
    """What was answered, without what differs each time."""
    return DIFFERS_EACH_TIME.sub(b"", response.whole)


def told(response):
    """The word for an answer in the table: its status, or `in` where it leads to the sign-in page."""
    leads_in = response.status_code == 302 and response.url.startswith(("/accounts/login/", "/admin/login/"))
    return SIGN_IN if leads_in else str(response.status_code)

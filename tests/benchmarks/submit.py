"""Goal 6: a frozen proposal submitted by a real form, with session and token, beside pgbench with eight clients.

Everybody has signed in, frozen a version and read the page with the button before a round begins. A round is the bare
POST of each of them, eight at a time, until the redirect to the receipt; the receipts are counted afterwards.
"""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import urlencode

from tests.benchmarks import pgbench
from tests.benchmarks.harness import CONNECTIONS, ROUNDS, CannotMeasure, Figure
from tests.benchmarks.world import serving_portal

CLIENTS = 40


@dataclass
class Client:
    """One signatory in one browser, with the form before them."""

    proposal: object
    session: str
    path: str
    body: str = ""
    cookies: str = ""

    def read_the_form(self, port):
        page, cookies = _exchange(port, "GET", self.path, headers={"Cookie": f"portal_session={self.session}"})
        form = re.search(r'<form[^>]*action="([^"]*/submit/)"[^>]*>(.*?)</form>', page, re.DOTALL)
        if form is None:
            raise CannotMeasure(f"{self.path} shows no form to submit.")
        fields = dict(re.findall(r'name="([^"]+)" value="([^"]+)"', form.group(2)))
        self.body = urlencode(fields)
        self.cookies = f"portal_session={self.session}; portal_csrf={cookies['portal_csrf']}"
        return form.group(1)

    def submit(self, port, path):
        headers = {"Cookie": self.cookies, "Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        connection.request("POST", path, body=self.body, headers=headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status, answer.headers.get("Location", "")


def _exchange(port, method, path, headers):
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, headers=headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    if answer.status != 200:
        raise CannotMeasure(f"{path} answered {answer.status}, wanted 200.")
    return text, dict(re.findall(r"(\w+)=([^;]+);", "\n".join(answer.headers.get_all("Set-Cookie") or [])))


def run(variables):
    clients = _people_with_drafts()
    pgbench.prepare()
    ratios = []
    with serving_portal(variables) as portal:
        for _round in range(ROUNDS):
            ceiling = pgbench.receipts_per_second(variables["DATABASE_URL"])
            ratios.append(_submissions_per_second(portal.port, clients) / ceiling)
    return [Figure("accepted a second of pgbench, 8 clients", tuple(ratios), floor=0.010, goal=0.025)]


def _people_with_drafts():
    # The portal's own modules are there only after the world has connected this process.
    from django.urls import reverse

    from tests.factories import companies
    from tests.factories.proposals import complete_proposal
    from tests.factories.sessions import signed_in
    from tests.factories.tenders import published_tender

    tender, clients = published_tender(), []
    for _number in range(CLIENTS):
        proposal = complete_proposal(tender=tender)
        browser = signed_in(companies.owner_of(proposal.company))
        path = reverse("proposal-submit", args=[proposal.public_id])
        clients.append(Client(proposal, browser.session.session_key, path))
    return clients


def _submissions_per_second(port, clients):
    from tenders.proposals.models import Receipt
    from tests.factories.proposals import staged_bundle

    for client in clients:
        staged_bundle(proposal=client.proposal, is_changed=True)
    paths = [client.read_the_form(port) for client in clients]
    before = Receipt.objects.count()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        begun = time.perf_counter()
        answers = list(pool.map(lambda client, path: client.submit(port, path), clients, paths))
        spent = time.perf_counter() - begun
    accepted = Receipt.objects.count() - before
    if accepted != len(clients) or any(status != 302 or "/receipt/" not in place for status, place in answers):
        raise CannotMeasure(f"{accepted} of {len(clients)} submissions were accepted; answers: {set(answers)}")
    return accepted / spent

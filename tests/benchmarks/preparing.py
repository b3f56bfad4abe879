"""A process that makes companies with a frozen version each, signs them in and reads the real form, by real verbs.

Run as `python -m tests.benchmarks.preparing TENDER FROM COUNT FILE [uploads]`: companies numbered from FROM. What their
clients need goes to FILE as JSON, with the seconds that it took. With `uploads` they get a draft only, for files that
go on meanwhile.
"""

import json
import re
import sys
import time
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import django


def main(number, first, wanted, file, kind="submits"):
    django.setup()
    from tenders.notices.models import Tender
    from tests.factories import companies, people

    # Every process makes names and numbers of its own.
    companies._numbers, people._numbers = count(first), count(first)
    tender = Tender.objects.with_deadline().get(number=number)
    make = uploader if kind == "uploads" else submitter
    begun = time.monotonic()
    made = [make(tender, first + place) for place in range(wanted)]
    Path(file).write_text(json.dumps({"made": made, "seconds": time.monotonic() - begun}))


def submitter(tender, place):
    from tests.factories.proposals import staged_bundle

    return client_of(staged_bundle(tender=tender), place)


def client_of(bundle, place=1):
    """What a client needs who sits before the button: the real form as the page shows it, and the cookies."""
    from django.urls import reverse

    browser = signed_in(bundle.staged_by)
    answer = browser.get(reverse("proposal-submit", args=[bundle.proposal.public_id]))
    form = re.search(r'<form[^>]*action="([^"]*/submit/)"[^>]*>(.*?)</form>', answer.content.decode(), re.DOTALL)
    if form is None:
        raise SystemExit(f"The page with the button answered {answer.status_code} {answer.headers.get('Location')}.")
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form.group(2)))
    return {
        "client": f"c{place}",
        "proposal": bundle.proposal.public_id,
        "version": bundle.version,
        "sha256": bundle.sha256,
        "path": form.group(1),
        "body": urlencode(fields),
        "cookies": cookies_of(browser),
        "address": address_of(place),
    }


def uploader(tender, place):
    from django.urls import reverse

    from tests.factories import companies
    from tests.factories.proposals import draft_proposal

    draft = draft_proposal(tender=tender)
    browser = signed_in(companies.owner_of(draft.company))
    page = browser.get(reverse("proposal-documents", args=[draft.public_id])).content.decode()
    return {
        "proposal": draft.public_id,
        "token": re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1),
        "cookies": cookies_of(browser),
        "address": address_of(place),
    }


def signed_in(user):
    """A browser of somebody who has just signed in, so that the page with the button is shown to them."""
    from django.conf import settings
    from django.test import Client

    # Whoever signs in by force comes past the addresses, whose modules listen to signing in.
    import coalition_portal.fresh_sign_in  # noqa: F401

    browser = Client(SERVER_NAME=settings.ALLOWED_HOSTS[0])
    browser.force_login(user)
    return browser


def cookies_of(browser):
    return "; ".join(f"{name}={browser.cookies[name].value}" for name in ("portal_session", "portal_csrf"))


def address_of(place):
    return f"10.{place // 65536 % 256}.{place // 256 % 256}.{place % 256}"


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])

"""./portal bench lossy-line: 5 MB in a real browser over 64 kbit/s with 30 % loss and 2 s latency.

At the line's own speed that takes half an hour or so; --quick lets everything that takes time go 60 times faster, with
the same losses. What has to hold at any speed: the file arrives whole, its digest is the file's, and it is there once.
"""

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.harness import CannotMeasure
from tests.benchmarks.world import portal_world, serving_portal
from tests.browser.lossy_line import LossyLine, Weather, hurry_up

SIZE = 5_000_000
QUICK = 60
HOURS_MOST = 3
RECEIVED = "[data-said]:has-text('Received and checked')"


def main(arguments):
    parser = argparse.ArgumentParser(prog="./portal bench lossy-line", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"everything that takes time {QUICK} times faster")
    parser.add_argument("--bytes", type=int, default=SIZE, help="size of the file")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    asked = parser.parse_args(arguments)
    try:
        with portal_world() as variables, serving_portal(variables) as portal:
            found = send(portal.port, Weather(factor=QUICK if asked.quick else 1), asked.bytes)
    except CannotMeasure as reason:
        sys.exit(str(reason))
    print(json.dumps(found, indent=2) if asked.json else "\n".join(f"{name:24} {found[name]}" for name in found))
    sys.exit(not found["digest_equal"] or found["documents"] != 1)


def send(port, weather, size):
    """What came of one file, with the seconds as they would be without the factor."""
    from playwright.sync_api import sync_playwright

    draft, session = _person_with_a_draft()
    with tempfile.TemporaryDirectory() as folder, LossyLine(port, weather) as line, sync_playwright() as playwright:
        path = Path(folder) / "flights.csv"
        path.write_bytes((b"2026-10-14,12.5\n" * (size // 16 + 1))[:size])
        browser = _chromium(playwright)
        page = _documents_page(browser, f"http://127.0.0.1:{line.port}", draft, session, weather)
        begun, line.is_stormy = time.monotonic(), True
        page.set_input_files("#file-flight_evidence", str(path))
        page.wait_for_selector(RECEIVED, state="attached", timeout=HOURS_MOST * 3_600_000)
        seconds = (time.monotonic() - begun) * weather.factor
        browser.close()
        return _found(draft, path, weather, line, seconds)


def _found(draft, path, weather, line, seconds):
    from tenders.proposals.models import Document

    documents = list(Document.objects.filter(proposal=draft))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "factor": weather.factor,
        "seconds": round(seconds),
        "share_of_the_line": round(path.stat().st_size * 8 / weather.bits_a_second / seconds, 3),
        "sent_for_each_byte": round(line.bytes_up / path.stat().st_size, 3),
        "connections": line.connections,
        "broken": line.broken,
        "stalled": line.stalled,
        "digest_equal": [document.sha256 for document in documents] == [digest],
        "documents": len(documents),
    }


def _person_with_a_draft():
    # The portal's own modules are there only after the world has connected this process.
    from django.conf import settings

    from tests.factories import companies
    from tests.factories.proposals import draft_proposal
    from tests.factories.sessions import signed_in

    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    draft = draft_proposal()
    return draft, signed_in(companies.owner_of(draft.company)).cookies[settings.SESSION_COOKIE_NAME]


def _chromium(playwright):
    import shutil

    from tests.services.browser import ARGUMENTS, NAMES

    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise CannotMeasure("A line is measured with Chromium, and there is none in PATH.")
    # Playwright keeps an event loop in this thread, which Django takes for an async caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    return playwright.chromium.launch(executable_path=found, args=ARGUMENTS)


def _documents_page(browser, address, draft, session, weather):
    context = browser.new_context(locale="en-GB")
    context.add_cookies([{"name": session.key, "value": session.value, "url": address}])
    page = context.new_page()
    if weather.factor != 1:
        hurry_up(page, weather.factor)
    page.goto(f"{address}/proposals/{draft.public_id}/documents/")
    return page

"""How a document leaves the portal: as an attachment, and where a host for downloads is set, only from there.

The portal's own host then answers with a link to the other one. The link is signed for this purpose, one document and
one person, lives a minute and serves once: who finds it in a log has nothing (ASVS 9.1 and 9.2).
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from coalition_portal.formatting import epoch_ms
from coalition_portal.identity.models import User
from coalition_portal.permission import Denied
from coalition_portal.public_ids import new_public_id
from tenders.proposals.downloads import attachment
from tenders.proposals.models import Document

logger = logging.getLogger(__name__)

ROUTES = "tenders.proposals.download_urls"
PURPOSE = "tenders.proposals.download"
LIVES = timedelta(seconds=60)
FROM_THE_PORTAL = ("same-origin", "none")
FROM_THE_OTHER_HOST = ("same-origin", "same-site", "cross-site", "none")


def hand_over(request: HttpRequest, document: Document) -> HttpResponse:
    """The answer of the portal's own host. The caller has checked that this person may have the document.

    Raises Denied where another site, or anything but a person, asks.
    """
    check_a_person_asks(request.headers, FROM_THE_PORTAL)
    if not settings.PORTAL_DOWNLOAD_URL:
        return attachment(document)
    return redirect(link_to(document, person=request.user, now=request.now))


def link_to(document: Document, *, person: User, now: datetime) -> str:
    """The address on the host for downloads; good for 60 seconds and once."""
    facts = {
        "document": document.public_id,
        "person": person.public_id,
        "until": epoch_ms(now + LIVES),
        "once": new_public_id(),
    }
    token = signing.Signer(salt=PURPOSE).sign_object(facts)
    return settings.PORTAL_DOWNLOAD_URL + reverse("download", urlconf=ROUTES, args=[token])


def document_named_by(token: str, *, now: datetime) -> Document:
    """The document of a link, which is worth nothing afterwards. Raises Denied for any other text."""
    facts = _facts_of(token)
    if facts is None or epoch_ms(now) >= facts["until"]:
        raise Denied(_("This link has ended. Open the document again from its page in the portal."))
    if not User.objects.filter(public_id=facts["person"], is_active=True).exists() or not _is_first_use(facts["once"]):
        raise Denied(_("This link has ended. Open the document again from its page in the portal."))
    return Document.objects.select_related("content").get(public_id=facts["document"])


def check_a_person_asks(headers: Mapping[str, str], sites: tuple[str, ...]) -> None:
    """Raise Denied where the browser says that the request is no visit, or comes from a site that is not in `sites`.

    A browser that says nothing of it (Fetch Metadata is sent over https only) is let through.
    """
    is_visit = headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    is_page = headers.get("Sec-Fetch-Dest", "document") == "document"
    if not (is_visit and is_page and headers.get("Sec-Fetch-Site", "none") in sites):
        raise Denied(_("Documents are not shown inside other pages. Open the document from its page in the portal."))


def _facts_of(token: str) -> dict | None:
    try:
        return signing.Signer(salt=PURPOSE).unsign_object(token)
    except signing.BadSignature:
        return None


def _is_first_use(once: str) -> bool:
    try:
        return cache.add(f"download:{once}", True, timeout=LIVES.total_seconds() * 2)
    except Exception:
        # A cache that is down costs the second guard, not the download: the link still ends within a minute.
        logger.exception("The cache cannot tell whether a download link was used.")
        return True

from django.http import HttpRequest, HttpResponse

from tenders.proposals.download_links import FROM_THE_OTHER_HOST, check_a_person_asks, document_named_by
from tenders.proposals.downloads import attachment


def download(request: HttpRequest, token: str) -> HttpResponse:
    """A file on the host for downloads. Looking at the headers of the answer uses the link up as well."""
    check_a_person_asks(request.headers, FROM_THE_OTHER_HOST)
    return attachment(document_named_by(token, now=request.now))

"""Hand out a document so that no browser ever shows or runs it on the portal's own address."""

from django.http import FileResponse

from coalition_portal.frames import FRAME_BYTES
from tenders.proposals.contents import open_content
from tenders.proposals.models import Document
from tenders.proposals.scanning import check_may_be_fetched

INERT = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store, private",
    # The middleware packs what has no coding of its own; packed, a large file would lose its length and its progress.
    "Content-Encoding": "identity",
}


class Download(FileResponse):
    """Hands on a frame at a time: what was decrypted is asked for once."""

    block_size = FRAME_BYTES


def attachment(document: Document) -> FileResponse:
    """The content as a download, under the name that people know (RFC 6266), for its own company.

    The caller has checked who may have it. Raises Denied for what the scanner found harmful.
    """
    check_may_be_fetched(document, is_own=True)
    file = open_content(document.content)
    # The store is asked before the answer begins: afterwards a failure could only cut the download off.
    file.read(1)
    file.seek(0)
    return Download(
        file,
        as_attachment=True,
        filename=document.name,
        content_type=document.media_type,
        headers=INERT,
    )

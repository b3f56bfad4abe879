"""What the documents page says of each kind before, while and after files travel; its script has its words here."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalition_portal.formatting import in_language
from coalition_portal.uploads import MEGABYTE
from tenders.notices.models import WantedDocument
from tenders.proposals.completeness import Overview
from tenders.proposals.document_limits import limit_bytes, no_more_files
from tenders.proposals.document_words import ADVICE, limits_text, megabytes_text, types_text
from tenders.proposals.gate.verdict import Metadata
from tenders.proposals.models import Document, Proposal, Upload, UploadState

TAKEN_OUT = {
    Metadata.LOCATION: gettext_lazy("location data"),
    Metadata.AUTHOR: gettext_lazy("author data"),
    Metadata.DEVICE: gettext_lazy("device data"),
    Metadata.NOTE: gettext_lazy("notes"),
    Metadata.ATTACHED: gettext_lazy("hidden attachments"),
}

WORDS = {
    "queued": gettext_lazy("Waits for the file before it."),
    "starting": gettext_lazy("Starting."),
    "sending": gettext_lazy("{sent} of {size}, {percent}{left}. Not part of your proposal until it is complete."),
    "left": gettext_lazy(" · {rate} · about {time} left"),
    "checking": gettext_lazy("All of it is sent. The portal is checking the file."),
    "broken": gettext_lazy("The line broke at {percent}. What arrived is kept; the upload goes on in {time}."),
    "busy": gettext_lazy("The portal cannot take more right now. The upload goes on in {time}, at {percent}."),
    "offline": gettext_lazy("There is no connection. The upload goes on at {percent} when it is back."),
    "paused": gettext_lazy("Paused at {percent}. What arrived is kept."),
    "signed-out": gettext_lazy("You are signed out. Sign in in another tab, then press “Resume” here."),
    "refused": gettext_lazy("not kept"),
    "received": gettext_lazy("Received and checked."),
    "percent": gettext_lazy("{percent} uploaded"),
    "cancelled": gettext_lazy("Cancelled. Nothing was kept."),
    "empty": gettext_lazy("The file is empty. Choose the file that has the content."),
    "unreadable": gettext_lazy("The file changed or went away on your device. Choose it again."),
    "failed": gettext_lazy("The portal did not take the file. Reload the page and choose it again."),
}
"""By state of a file on its way, for static/js/upload.js, which fills in what stands in braces."""


@dataclass(frozen=True)
class Kept:
    """A document that is here, with what was taken out of it."""

    document: Document

    @property
    def taken_out(self) -> str:
        """In the order of TAKEN_OUT, so that what matters most stands first."""
        what = [str(words) for kind, words in TAKEN_OUT.items() if kind in self.document.stripped]
        if not what:
            return ""
        return _("We took out of this file: %(what)s. The digest is of what is kept.") % {"what": ", ".join(what)}


@dataclass(frozen=True)
class Room:
    """What the proposal uses and what is left of what the tender allows in all."""

    proposal: Proposal
    documents: list[Document]

    @property
    def used_files(self) -> int:
        return len(self.documents)

    @property
    def used_bytes(self) -> int:
        return sum(document.size_bytes for document in self.documents)

    @property
    def files(self) -> int:
        return max(self.proposal.tender.files_max - self.used_files, 0)

    @property
    def bytes(self) -> int:
        return max(self.proposal.tender.total_size_mb * MEGABYTE - self.used_bytes, 0)

    @property
    def words(self) -> dict[str, str]:
        """As WORDS, with the two sentences that name the tender's limits."""
        tender = self.proposal.tender
        return WORDS | {
            "no-files": no_more_files(tender),
            "no-bytes": _("With this file the proposal has more than %(most)s MB in all. Remove or shrink a file.")
            % {"most": tender.total_size_mb},
        }


@dataclass(frozen=True)
class Kind:
    """One kind of document on the page, with what is here, what is unfinished and why the last file was refused."""

    wanted: WantedDocument
    kept: list[Kept]
    unfinished: list[Upload]
    refused_name: str
    refused: str

    @property
    def code(self) -> str:
        return self.wanted.code

    @property
    def label(self) -> str:
        """Seen as "Choose a file"; read out with the title, for the heading above stands elsewhere in the reading."""
        return format_html('{}<span class="hide">: {}</span>', _("Choose a file"), in_language(self.wanted, "title"))

    @property
    def limits(self) -> str:
        return limits_text(self.wanted)

    @property
    def room(self) -> int:
        return max(self.wanted.max_files - len(self.kept), 0)

    @property
    def has_room(self) -> bool:
        return self.room > 0

    @property
    def types(self) -> str:
        return " ".join(self.wanted.file_types)

    @property
    def accept(self) -> str:
        return ",".join(f".{extension}" for extension in self.wanted.file_types)

    @property
    def most_bytes(self) -> int:
        return limit_bytes(self.wanted)

    # What follows is for the script, which looks before it sends anything.

    @property
    def too_large(self) -> str:
        most = megabytes_text(self.most_bytes)
        return _("We got a file of %(got)s. We want at most %(most)s. Make it smaller and choose it again.") % {
            "got": "{size}",
            "most": most,
        }

    @property
    def wrong_type(self) -> str:
        return self._not_of_type(_("a file of type “.%(extension)s”") % {"extension": "{extension}"})

    @property
    def no_type(self) -> str:
        return self._not_of_type(_("a file without an ending"))

    @property
    def no_room(self) -> str:
        return _("“%(title)s” takes no more files. Remove one, then choose this file again.") % {
            "title": in_language(self.wanted, "title")
        }

    def _not_of_type(self, got: str) -> str:
        return _("We got %(got)s. We want: %(wanted)s. %(advice)s") % {
            "got": got,
            "wanted": types_text(self.wanted),
            "advice": ADVICE.get(self.wanted.file_types[0], ""),
        }


def kinds_of(overview: Overview, now: datetime, *, refusal: tuple[str, str, str] = ("", "", "")) -> list[Kind]:
    """Every kind that comes with the proposal; `refusal` is the kind, the file and the sentence of a refused form."""
    kind, name, sentence = refusal
    unfinished = unfinished_uploads(overview.proposal, now)
    return [
        Kind(
            wanted=wanted,
            kept=[Kept(document) for document in overview.documents if document.kind_code == wanted.code],
            unfinished=[upload for upload in unfinished if upload.kind_code == wanted.code],
            refused_name=name if wanted.code == kind else "",
            refused=sentence if wanted.code == kind else "",
        )
        for wanted in overview.wanted_documents
    ]


def unfinished_uploads(proposal: Proposal, now: datetime) -> list[Upload]:
    """Files of which something arrived and which became no document, until they expire; oldest first."""
    states = [UploadState.RECEIVING, UploadState.REFUSED]
    found = proposal.uploads.filter(state__in=states, received_bytes__gt=0, expires_at__gt=now)
    return list(found.order_by("pk"))

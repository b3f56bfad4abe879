"""What people read about a document: which types and sizes are wanted, what came instead, and why it is not taken."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from coalition_portal.formatting import file_size
from coalition_portal.uploads import MEGABYTE, upload_bytes_max
from tenders.notices.models import WantedDocument
from tenders.proposals.document_limits import limit_bytes
from tenders.proposals.gate.verdict import Fault

TYPE_WORDS = {
    "pdf": gettext_lazy("PDF"),
    "csv": gettext_lazy("CSV"),
    "xlsx": gettext_lazy("Excel workbook (XLSX)"),
    "mp4": gettext_lazy("MP4 video"),
    "jpg": gettext_lazy("JPEG picture"),
    "jpeg": gettext_lazy("JPEG picture"),
    "png": gettext_lazy("PNG picture"),
}
OTHER_WORDS = {
    "doc": gettext_lazy("a Word document"),
    "docx": gettext_lazy("a Word document"),
    "odt": gettext_lazy("a text document"),
    "xls": gettext_lazy("an old Excel workbook (XLS)"),
    "xlsm": gettext_lazy("an Excel workbook with macros (XLSM)"),
    "ods": gettext_lazy("an OpenDocument table"),
    "zip": gettext_lazy("a ZIP archive"),
    "rar": gettext_lazy("an archive"),
    "7z": gettext_lazy("an archive"),
    "jpg": gettext_lazy("a picture"),
    "jpeg": gettext_lazy("a picture"),
    "png": gettext_lazy("a picture"),
    "heic": gettext_lazy("a picture"),
    "mov": gettext_lazy("a QuickTime video (MOV)"),
    "avi": gettext_lazy("an AVI video"),
    "html": gettext_lazy("a web page"),
    "txt": gettext_lazy("a text file"),
}
ADVICE = {
    "pdf": gettext_lazy("Save it as PDF and choose it again."),
    "csv": gettext_lazy("Save it as “CSV UTF-8” and choose it again."),
    "xlsx": gettext_lazy("Save it as an Excel workbook without macros (XLSX) and choose it again."),
    "mp4": gettext_lazy("Export the video as MP4 and choose it again."),
    "jpg": gettext_lazy("Save it as a JPEG picture and choose it again."),
    "jpeg": gettext_lazy("Save it as a JPEG picture and choose it again."),
    "png": gettext_lazy("Save it as a PNG picture and choose it again."),
}
UNFIT = {
    Fault.EMPTY: gettext_lazy("The file is empty. Choose the file that has the content."),
    Fault.OTHER_CONTENT: gettext_lazy("The name says %(type)s, but the content is something else. %(advice)s"),
    Fault.SECOND_KIND: gettext_lazy(
        "The file is %(type)s and something else besides, such as an archive or a web page. "
        "We want one plain file. %(advice)s"
    ),
    Fault.DAMAGED: gettext_lazy(
        "The file is damaged or was cut off: it cannot be read as %(type)s to its end. %(advice)s"
    ),
    Fault.ENCRYPTED: gettext_lazy(
        "The file is protected by a password or kept in an old format, so reviewers could not read it. "
        "Take the protection away. %(advice)s"
    ),
    Fault.ACTIVE: gettext_lazy("The file holds macros, scripts or other files. We want plain content only. %(advice)s"),
    Fault.LINKED: gettext_lazy(
        "The file takes content from other files or from the network, which reviewers would not see. "
        "Put everything into the file itself. %(advice)s"
    ),
    Fault.LOCATION: gettext_lazy(
        "The file tells where it was taken, in a form that the portal cannot take out. "
        "Save it without location data. %(advice)s"
    ),
    Fault.NOT_UNICODE: gettext_lazy("The text is not in UTF-8, so letters would be lost. %(advice)s"),
    Fault.UNPACKS_TOO_LARGE: gettext_lazy(
        "The file unpacks to more than the portal reads. Leave out empty rows, pictures and copies. %(advice)s"
    ),
    Fault.TOO_MANY_PIXELS: gettext_lazy(
        "A picture in the file has more pixels than reviewers can open. Make the picture smaller. %(advice)s"
    ),
    Fault.OVER_LIMITS: gettext_lazy(
        "Reading the file took more time or memory than the portal gives to one file. "
        "Make it simpler or smaller. %(advice)s"
    ),
    Fault.NOT_LOOKED_AT: gettext_lazy(
        "The portal could not look into the file just now. Nothing was kept. Wait a minute, then choose it again."
    ),
}


def types_text(wanted: WantedDocument) -> str:
    """The allowed types as words, such as: PDF, CSV or Excel workbook (XLSX)."""
    words = list(
        dict.fromkeys(str(TYPE_WORDS[extension]) for extension in wanted.file_types if extension in TYPE_WORDS)
    )
    if len(words) == 1:
        return words[0]
    return _("%(first)s or %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def limits_text(wanted: WantedDocument) -> str:
    """What is allowed, told before a file is chosen, such as: PDF, 1 file, at most 25 MB."""
    files = ngettext("%(count)s file", "up to %(count)s files", wanted.max_files) % {"count": wanted.max_files}
    return _("%(types)s, %(files)s, at most %(size)s") % {
        "types": types_text(wanted),
        "files": files,
        "size": megabytes_text(limit_bytes(wanted)),
    }


def megabytes_text(size_bytes: int) -> str:
    return _("%(size)s MB").replace(" ", "\N{NO-BREAK SPACE}") % {"size": size_bytes // MEGABYTE}


def too_large(wanted: WantedDocument, size_bytes: int | None) -> str:
    """`size_bytes` is None where the portal stopped reading."""
    got = megabytes_text(upload_bytes_max()) if size_bytes is None else file_size(size_bytes)
    pattern = (
        _("We got a file of more than %(got)s. We want at most %(most)s. Make it smaller and choose it again.")
        if size_bytes is None
        else _("We got a file of %(got)s. We want at most %(most)s. Make it smaller and choose it again.")
    )
    return pattern % {"got": got, "most": megabytes_text(limit_bytes(wanted))}


def not_of_type(extension: str, wanted: WantedDocument) -> str:
    return _("We got %(got)s. We want: %(wanted)s. %(advice)s") % {
        "got": _type_got(extension),
        "wanted": types_text(wanted),
        "advice": ADVICE.get(wanted.file_types[0], ""),
    }


def _type_got(extension: str) -> str:
    if extension in OTHER_WORDS:
        return str(OTHER_WORDS[extension])
    if extension in TYPE_WORDS:
        return _("a file of type %(type)s") % {"type": TYPE_WORDS[extension]}
    return (
        _("a file of type “.%(extension)s”") % {"extension": extension} if extension else _("a file without an ending")
    )


def unfit_sentence(fault: Fault, extension: str) -> str:
    """Why the gate does not take the file, and what to do; `extension` is one of TYPE_WORDS."""
    return UNFIT[fault] % {"type": TYPE_WORDS[extension], "advice": ADVICE[extension]}

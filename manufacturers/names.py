import unicodedata

from django.utils.translation import gettext as _

from coalition_portal.permission import Refused


class NameRefused(Refused):
    """The name of a company or a drone model cannot be taken like this."""


def clean_name(text: str, *, field: str, longest: int, missing: str = "") -> str:
    """One line in one Unicode form, with single spaces. Empty is refused with `missing`, where that is given."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    if not name and missing:
        raise NameRefused(missing, field=field)
    if len(name) > longest:
        sentence = _("We got %(got)s characters; there is room for %(wanted)s. Shorten the name.")
        raise NameRefused(sentence % {"got": len(name), "wanted": longest}, field=field)
    if any(unicodedata.category(character).startswith("C") for character in name):
        sentence = _("This name holds characters that cannot be seen. Type it anew instead of pasting it.")
        raise NameRefused(sentence, field=field)
    return name

"""Forms that check what was typed and save nothing. Every field is text: what it stands for is read by draft_texts."""

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coalition_portal.formatting import in_language
from coalition_portal.pictures import scale_for
from tenders.notices.claims import unit_words, wanted_text
from tenders.notices.models import AnswerType, Requirement, Tender
from tenders.proposals.answer_fields import AnswerFields
from tenders.proposals.draft_texts import DECLARED, EVIDENCE, PAGE, asks_for_document
from tenders.proposals.withdrawal_notice import NO_REASON

Judge = Callable[[str], str]

COUNTS_OF_A_FORM = (1, 2, 5)
"""Numbers that take a plural form of their own in one of our languages; the script chooses among these words."""


class DraftField(forms.CharField):
    """`required` says what a proposal needs in the end. A draft may be saved without it."""

    def validate(self, value: str) -> None:
        """An empty text is kept; the validators judge any other."""


class DraftChoices(forms.MultipleChoiceField):
    def validate(self, value: list[str]) -> None:
        if value:
            super().validate(value)


class TextFields(forms.Form):
    """Fields that hold texts; each text is judged by a sentence, which is empty where there is nothing to say."""

    use_required_attribute = False

    def keep_as_text(self, name: str, judge: Judge, **field) -> None:
        self.fields[name] = DraftField(validators=[partial(_refuse, judge)], **field)

    @property
    def readable(self) -> dict[str, str]:
        """The texts that can be kept, field by field, as a draft would hold them."""
        return {name: text.replace("\r\n", "\n") for name, text in self.cleaned_data.items()}


def _refuse(judge: Judge, text: str) -> None:
    if sentence := judge(text.replace("\r\n", "\n")):
        raise ValidationError(sentence)


class AnswersForm(TextFields):
    """One field for each requirement, named by its code; where a document is asked for, also for it and its page."""

    def __init__(self, known: AnswerFields, **kwargs) -> None:
        super().__init__(**kwargs)
        named = [(document.public_id, document.name) for document in known.documents.values()]
        for code, row in known.requirements.items():
            self._keep(known, code, label=in_language(row, "title"), widget=_answer_widget(row))
            if asks_for_document(row):
                choices = [("", _("No document yet")), *named]
                self._keep(known, EVIDENCE + code, label=_("Document"), widget=forms.Select(choices=choices))
                digits = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 6})
                self._keep(known, PAGE + code, label=_("Page or row"), widget=digits)

    def _keep(self, known: AnswerFields, name: str, **field) -> None:
        self.keep_as_text(name, partial(known.sentence, name), **field)


def _answer_widget(row: Requirement) -> forms.Widget:
    if row.answer_type == AnswerType.NUMBER:
        return forms.TextInput(attrs=_number_attributes(row))
    if row.answer_type == AnswerType.TEXT:
        return forms.Textarea(attrs={"rows": 4})
    choices = [("yes", _("Yes")), ("no", _("No"))]
    if row.answer_type == AnswerType.CHOICE:
        choices = [(choice["code"], in_language(choice, "title")) for choice in row.choices]
    return forms.RadioSelect(choices=choices)


def _number_attributes(row: Requirement) -> dict[str, str]:
    """What the script needs to judge a claim at once; it compares texts, so the bound keeps its exact digits."""
    attributes = {"inputmode": "decimal", "autocomplete": "off", "data-decimals": str(row.decimals)}
    if row.threshold is None or not row.operator:
        return attributes
    return attributes | {
        "data-operator": row.operator,
        "data-threshold": format(row.threshold, "f"),
        "data-wanted": wanted_text(row),
        "data-scale": " ".join(format(end, "f") for end in scale_for(row.threshold, row.objective)),
        "data-units": "|".join(unit_words(row.unit, Decimal(count)) for count in COUNTS_OF_A_FORM),
    }


class DeclarationsForm(forms.Form):
    """Ticks; each saves itself as a field of its own, named as declaration_texts names it."""

    use_required_attribute = False

    declarations = DraftChoices(label=gettext_lazy("The company declares"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, tender: Tender, **kwargs) -> None:
        super().__init__(**kwargs)
        rows = [(row["code"], in_language(row, "text")) for row in tender.declarations]
        self.fields["declarations"].choices = rows

    @property
    def readable(self) -> dict[str, str]:
        """Each declaration as a draft would hold it; nothing where something else was ticked."""
        if "declarations" not in self.cleaned_data:
            return {}
        ticked = self.cleaned_data["declarations"]
        return {DECLARED + code: code if code in ticked else "" for code, _text in self.fields["declarations"].choices}


class StartForm(forms.Form):
    """`sources` are what the draft may be filled from; without any it is not asked."""

    model_name = forms.CharField(
        label=gettext_lazy("Drone model"),
        help_text=gettext_lazy("The name and version under which you offer it."),
        max_length=80,
        error_messages={"required": gettext_lazy("Type the name of the drone model that you offer, with its version.")},
    )
    source = forms.ChoiceField(
        label=gettext_lazy("Fill it from"),
        help_text=gettext_lazy("You see what was copied and what was not, and can empty it again."),
        required=False,
    )

    def __init__(self, sources: Iterable[tuple[str, str]] = (), **kwargs) -> None:
        super().__init__(**kwargs)
        choices = list(sources)
        self.fields["source"].choices = [("", _("Nothing: an empty draft")), *choices]
        self.fields["source"].silently_optional = True
        if not choices:
            self.fields["source"].widget = forms.HiddenInput()


# What a page showed when it was loaded


def packed(texts: Mapping[str, str]) -> str:
    """Texts by field for a hidden field of the page."""
    return json.dumps(dict(texts), ensure_ascii=False, separators=(",", ":"))


def unpacked(text: str) -> dict[str, str] | None:
    """Back from the hidden field; None for anything that was not packed here."""
    try:
        seen = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(seen, dict):
        return None
    return {field: value for field, value in seen.items() if isinstance(value, str) and can_be_kept(field + value)}


def can_be_kept(text: str) -> bool:
    """No database keeps a NUL, nor half of a character, which JSON can spell."""
    return not any(character == "\0" or "\ud800" <= character <= "\udfff" for character in text)


def revision_in(data: Mapping[str, str]) -> int:
    """The revision that the page was loaded at; 0, which no draft has, for anything that is no number."""
    text = data.get("revision", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


class NoticeForm(forms.Form):
    """Why a company no longer stands by what it submitted."""

    use_required_attribute = False

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("One or a few sentences that the officers will read."),
        error_messages={"required": NO_REASON},
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

"""Forms of the desk. They read what was typed and keep it; the verbs decide."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from coalition_portal.formatting import in_language
from coalition_portal.identity.models import User
from manufacturers.models import Company
from tenders.notices.models import Criterion, ReviewerGroup
from tenders.proposals.models import OpenedProposal
from tenders.reviews.scoring import REASON_LENGTH, Given, Stored, scale_of

CONFLICT_REASON_LENGTH = 500


class TextLine(forms.CharField):
    """A sentence in a box of a few rows."""

    def __init__(self, *, rows: int = 2, **options) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)

    def to_python(self, value: object) -> str:
        """Browsers send line ends of their own: what was stored must come back as the same words."""
        return super().to_python(value).replace("\r\n", "\n")


def mark_of(given: Given) -> str:
    """Tells one point with its reason from another, so that a page can say what it showed."""
    points, reason = given
    return hashlib.sha256(f"{points}\0{reason.strip()}".encode()).hexdigest()[:16]


class ScoreForm(forms.Form):
    """A score sheet: for each criterion of the group a described point and its reason, both of them optional so far.

    It carries the mark of what it showed for each criterion: what nobody typed into is not saved, so another tab's
    work on it stays.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, criteria: Sequence[Criterion], **options) -> None:
        super().__init__(*args, **options)
        self.criteria = criteria
        self.stored: Mapping[str, Stored] = {}
        for criterion in criteria:
            self.fields[f"points_{criterion.code}"] = forms.TypedChoiceField(
                label=in_language(criterion, "title"),
                choices=[(point, point) for point in scale_of(criterion)],
                coerce=int,
                empty_value=None,
                required=False,
                widget=forms.RadioSelect,
            )
            self.fields[f"reason_{criterion.code}"] = TextLine(
                label=_("Reason, in one sentence"),
                help_text=_("Name a requirement or a page. The company reads the reason that the panel agrees on."),
                max_length=REASON_LENGTH,
                required=False,
            )
            self.fields[f"seen_{criterion.code}"] = forms.CharField(
                widget=forms.HiddenInput, initial=mark_of(self.shown(criterion.code)), required=False
            )

    @property
    def scores(self) -> dict[str, Given]:
        """What differs from what the page showed, by code; for a valid form."""
        data = self.cleaned_data
        typed = {
            criterion.code: (data[f"points_{criterion.code}"], data[f"reason_{criterion.code}"])
            for criterion in self.criteria
        }
        return {code: given for code, given in typed.items() if mark_of(given) != data[f"seen_{code}"]}

    def shown(self, code: str) -> Given:
        """What the sheet holds for a criterion before anything is typed."""
        return self.initial.get(f"points_{code}"), self.initial.get(f"reason_{code}", "")

    def show_stored(self, stored: Mapping[str, Stored], version: int, given: Mapping[str, Given]) -> None:
        """Another tab was faster: keep what was typed, tell what is `stored` there, show the rest as it is."""
        self.stored = stored
        self.data = self.data.copy()
        self.data["version"] = version
        for code in {criterion.code for criterion in self.criteria} - set(self.scores):
            points, reason = given.get(code, (None, ""))
            self.data[f"points_{code}"] = "" if points is None else str(points)
            self.data[f"reason_{code}"] = reason
            self.data[f"seen_{code}"] = mark_of((points, reason))

    def rows(self) -> list[dict]:
        """For the template: each criterion with its described points and its fields."""
        return [
            {
                "criterion": criterion,
                "points": self[f"points_{criterion.code}"],
                "reason": self[f"reason_{criterion.code}"],
                "seen": self[f"seen_{criterion.code}"],
                "scale": criterion.scale,
                "chosen": str(self[f"points_{criterion.code}"].value()),
                "stored": self.stored.get(criterion.code),
            }
            for criterion in self.criteria
        ]

    def add_refusal(self, code: str | None, sentence: str) -> None:
        self.add_error(f"points_{code}" if f"points_{code}" in self.fields else None, sentence)


class DeclarationForm(forms.Form):
    """ "None except ...": a tick and a reason for each company, then one signature."""

    def __init__(self, *args, companies: Iterable[tuple[Company, str]], **options) -> None:
        super().__init__(*args, **options)
        self.companies = list(companies)
        for company, public_id in self.companies:
            told = {"company": company.legal_name}
            self.fields[f"conflict_{public_id}"] = forms.BooleanField(
                label=_("I have a conflict of interest with %(company)s") % told, required=False
            )
            self.fields[f"reason_{public_id}"] = forms.CharField(
                label=_("Reason for %(company)s") % told,
                max_length=CONFLICT_REASON_LENGTH,
                required=False,
                widget=forms.TextInput(attrs={"size": 50}),
            )
        self.fields["signed"] = forms.BooleanField(
            label=_("I sign: neither I nor my family have an interest in any other company of this list."),
            error_messages={"required": _("Your signature is missing. Tick the box under the list.")},
        )

    def clean(self) -> dict:
        data = super().clean()
        for company, public_id in self.companies:
            ticked, reason = data.get(f"conflict_{public_id}"), (data.get(f"reason_{public_id}") or "").strip()
            told = {"company": company.legal_name}
            if ticked and not reason:
                sentence = _("You ticked %(company)s. Give the reason in one sentence.")
                self.add_error(f"reason_{public_id}", sentence % told)
            if reason and not ticked:
                sentence = _("You gave a reason for %(company)s. Tick the company, or clear the reason.")
                self.add_error(f"conflict_{public_id}", sentence % told)
        return data

    @property
    def conflicts(self) -> dict[str, str]:
        data = self.cleaned_data
        return {
            public_id: data[f"reason_{public_id}"]
            for _company, public_id in self.companies
            if data[f"conflict_{public_id}"]
        }

    def rows(self) -> list[dict]:
        return [
            {"company": company, "tick": self[f"conflict_{public_id}"], "reason": self[f"reason_{public_id}"]}
            for company, public_id in self.companies
        ]


class RecusalForm(forms.Form):
    reason = TextLine(
        label=_("Reason"),
        help_text=_("One sentence. The officer and the chair of the tender read it."),
        max_length=CONFLICT_REASON_LENGTH,
    )


class PanelForm(forms.Form):
    user = forms.ModelChoiceField(label=_("Reviewer"), queryset=User.objects.none(), empty_label=_("Choose"))
    group = forms.ChoiceField(label=_("Group"), choices=ReviewerGroup.choices, widget=forms.RadioSelect)

    def __init__(self, *args, people: Iterable[tuple[User, str]], **options) -> None:
        super().__init__(*args, **options)
        people = list(people)
        self.fields["user"].queryset = User.objects.filter(pk__in=[user.pk for user, _country in people])
        named = [(user.pk, f"{user} ({country})") for user, country in people]
        self.fields["user"].choices = [("", _("Choose")), *named]


class ConsensusForm(forms.Form):
    """A discussed point with its recorded reason; its prefix is the code of the criterion."""

    points = forms.TypedChoiceField(label=_("Agreed point"), coerce=int)
    reason = TextLine(label=_("Recorded reason"), max_length=REASON_LENGTH)

    def __init__(self, *args, criterion: Criterion, **options) -> None:
        super().__init__(*args, prefix=criterion.code, **options)
        self.fields["points"].choices = [("", _("Choose")), *[(point, point) for point in scale_of(criterion)]]


class ExclusionForm(forms.Form):
    """A tick and a reason for each proposal that could be excluded, as one list."""

    def __init__(self, *args, proposals: Iterable[tuple[OpenedProposal, str]], **options) -> None:
        super().__init__(*args, **options)
        self.proposals = list(proposals)
        for opened, drafted in self.proposals:
            told = {"company": opened.proposal.company.legal_name}
            self.fields[f"exclude_{opened.public_id}"] = forms.BooleanField(
                label=_("Propose to exclude %(company)s") % told, required=False
            )
            self.fields[f"reason_{opened.public_id}"] = TextLine(
                label=_("Reason for %(company)s") % told, initial=drafted, max_length=1000, required=False
            )

    def clean(self) -> dict:
        data = super().clean()
        for opened, _drafted in self.proposals:
            if data.get(f"exclude_{opened.public_id}") and not data.get(f"reason_{opened.public_id}", "").strip():
                sentence = _("You ticked %(company)s. Name the requirement that fails and what was claimed.")
                told = {"company": opened.proposal.company.legal_name}
                self.add_error(f"reason_{opened.public_id}", sentence % told)
        return data

    @property
    def chosen(self) -> list[tuple[OpenedProposal, str]]:
        data = self.cleaned_data
        return [
            (opened, data[f"reason_{opened.public_id}"])
            for opened, _drafted in self.proposals
            if data[f"exclude_{opened.public_id}"]
        ]

    def fields_of(self, opened: OpenedProposal) -> dict:
        return {"tick": self[f"exclude_{opened.public_id}"], "reason": self[f"reason_{opened.public_id}"]}

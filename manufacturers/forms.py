"""Forms validate and never save. Each fact is judged by the same function that the verb asks."""

from collections.abc import Callable

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from coalition_portal.formatting import alphabetical
from coalition_portal.permission import Refused
from manufacturers import facts
from manufacturers.declarations import DECLARATIONS
from manufacturers.eligibility import is_eligible_state
from manufacturers.models import CompanyRole, DroneKind
from manufacturers.register_words import TITLES, hint_of
from manufacturers.registers import ANYWHERE, REGISTERS

ROLE_WORDS = {
    CompanyRole.VIEWER: _("Viewer: reads everything of the company"),
    CompanyRole.EDITOR: _("Editor: also writes drafts and adds drone models"),
    CompanyRole.SIGNATORY: _("Signatory: also submits and withdraws, and accepts the undertaking"),
    CompanyRole.OWNER: _("Owner: also changes the company and its people"),
}


def show_refusal(form: forms.Form, refused: Refused) -> None:
    """What a verb refused, at the field it is about, or on top where the form has no such field."""
    form.add_error(refused.field if refused.field in form.fields else None, refused.sentence)


class RegisterSelect(forms.Select):
    """Each register carries the form of its numbers, which a script shows beside the number."""

    def create_option(self, name, value, label, selected, index, subindex=None, attrs=None):
        option = super().create_option(name, value, label, selected, index, subindex, attrs)
        if value in REGISTERS:
            option["attrs"] |= {"data-hint": hint_of(value), "data-country": REGISTERS[value].country}
        return option


class CompanyForm(forms.Form):
    legal_name = forms.CharField(
        label=_("Legal name in Latin letters"),
        help_text=_("As the register has it, with the legal form."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": _("Write the legal name as the register has it.")},
    )
    original_name = forms.CharField(
        label=_("Legal name in its own script"),
        help_text=_("Where the register writes it in other letters, for example in Cyrillic."),
        required=False,
    )
    country = forms.ChoiceField(
        label=_("Country in which the company is registered"),
        widget=forms.Select(attrs={"autocomplete": "country"}),
        error_messages={"required": _("Choose the country in which the company is registered.")},
    )
    register_scheme = forms.ChoiceField(
        label=pgettext_lazy("list of companies", "Register"),
        widget=RegisterSelect,
        error_messages={"required": _("Choose a register from the list.")},
    )
    register_number = forms.CharField(
        label=_("Number in the register"),
        help_text=_("Copy it from the extract. How it looks in each register stands below the form."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Write the number under which the register knows the company.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = country_choices()
        self.fields["register_scheme"].choices = register_choices()

    def clean_legal_name(self):
        return self._checked(facts.check_legal_name, "legal_name")

    def clean_original_name(self):
        return self._checked(facts.check_original_name, "original_name")

    def clean(self):
        """The register is judged with its country, and the number by a register that fits."""
        given = self.cleaned_data
        if given.get("country") and given.get("register_scheme"):
            self._try(facts.check_scheme, given["register_scheme"], given["country"])
        if given.get("register_scheme") and given.get("register_number"):
            self._try(facts.check_register_number, given["register_scheme"], given["register_number"])
        return given

    def _checked(self, check: Callable[[str], str], field: str) -> str:
        try:
            return check(self.cleaned_data[field])
        except Refused as refused:
            raise forms.ValidationError(refused.sentence) from refused

    def _try(self, check: Callable[..., str], *values: str) -> None:
        try:
            check(*values)
        except Refused as refused:
            show_refusal(self, refused)


class RegistrationForm(CompanyForm):
    declarations = forms.MultipleChoiceField(
        label=_("Declarations"),
        help_text=_("They bind the company. Tick each one."),
        choices=list(DECLARATIONS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick every declaration; without them a company cannot register.")},
    )

    def clean_declarations(self):
        return self._checked(facts.check_declarations, "declarations")


class PersonForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address of the person"),
        help_text=_("They need an account here with this address. Nothing is sent to people without one."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(
        label=_("Role"), choices=list(ROLE_WORDS.items()), widget=forms.RadioSelect, initial=CompanyRole.EDITOR
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=list(ROLE_WORDS.items()), widget=forms.RadioSelect)


class DroneModelForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the model"),
        help_text=_("With its version, as on the data sheet: two versions are two models."),
        error_messages={"required": _("Write the name of the model, with its version.")},
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=DroneKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the kind of drone from the list.")},
    )


def country_choices() -> list:
    """Eligible states first, each list in the order of the reader's language."""
    every = sorted([(code, str(name)) for code, name in countries], key=_by_title)
    return [
        ("", gettext("Choose a country")),
        (gettext("States whose makers may bid"), [pair for pair in every if is_eligible_state(pair[0])]),
        (gettext("Other states: an officer decides"), [pair for pair in every if not is_eligible_state(pair[0])]),
    ]


def _by_title(pair: tuple[str, str]) -> str:
    return alphabetical(pair[1])


def register_choices() -> list:
    """ "Latvia: Register of Enterprises", in the order of the countries; the one for all countries stands last."""
    own = [
        (scheme, f"{countries.name(register.country)}: {TITLES[scheme]}") for scheme, register in national_registers()
    ]
    others = [(scheme, TITLES[scheme]) for scheme, register in REGISTERS.items() if register.country == ANYWHERE]
    return [
        ("", gettext("Choose a register")),
        (gettext("National registers"), sorted(own, key=_by_title)),
        (gettext("For companies of any country"), others),
    ]


def national_registers() -> list:
    return [(scheme, register) for scheme, register in REGISTERS.items() if register.country != ANYWHERE]


def register_hints() -> list[tuple[str, str]]:
    """Each register and the form of its numbers, in the order of the choices."""
    groups = [group for _title, group in register_choices()[1:]]
    return [(title, hint_of(scheme)) for group in groups for scheme, title in group]

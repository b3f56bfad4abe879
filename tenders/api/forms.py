from datetime import datetime, time, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from coalition_portal.formatting import zone_named
from tenders.api.models import Scope

READS, WRITES, SUBMITS = "read", "write", "submit"
REACH = {
    READS: (Scope.READ,),
    WRITES: (Scope.READ, Scope.WRITE),
    SUBMITS: (Scope.READ, Scope.WRITE, Scope.SUBMIT),
}
"""What is offered to people: each reach takes in the one before it."""
REACH_WORDS = {
    READS: _("Read proposals and receipts"),
    WRITES: _("Also change drafts, upload files and freeze versions"),
    SUBMITS: _("Also accept declarations, submit and withdraw"),
}

BRIEFLY = {READS: _("Read"), WRITES: _("Read and write drafts"), SUBMITS: _("Read, write and submit")}


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the key"),
        help_text=_("Say where it will be used, for example: planning server."),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Give the key a name that says where it is used.")},
    )
    reach = forms.ChoiceField(
        label=_("What the key may do"),
        help_text=_("Never more than you may do yourself at that moment."),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the key may do.")},
    )
    expires = forms.DateField(
        label=_("Last day"),
        help_text=_("It stops working at the end of this day in your time zone. Leave it empty for no end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args, can_sign: bool, zone: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.zone = zone_named(zone)
        offered = REACH_WORDS if can_sign else {READS: REACH_WORDS[READS], WRITES: REACH_WORDS[WRITES]}
        self.fields["reach"].choices = list(offered.items())

    @property
    def facts(self) -> dict:
        """What the verb takes, of a valid form."""
        return {
            "name": self.cleaned_data["name"],
            "scopes": REACH[self.cleaned_data["reach"]],
            "expires_at": self._end_of(self.cleaned_data["expires"]),
        }

    def _end_of(self, day) -> datetime | None:
        """The first instant after the last day."""
        if day is None:
            return None
        return datetime.combine(day + timedelta(days=1), time.min, tzinfo=self.zone)


def words_for(scopes: list[str]) -> str:
    """What a key with these scopes may do, briefly."""
    for reach in (SUBMITS, WRITES):
        if set(REACH[reach]) <= set(scopes):
            return str(BRIEFLY[reach])
    return str(BRIEFLY[READS])

"""What the company page says first, and what each vetting state means in plain words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from manufacturers.eligibility import is_eligible_state
from manufacturers.models import Company
from manufacturers.states import VettingState

Words = str | Promise

TONES = {
    VettingState.REGISTERED: "quiet",
    VettingState.SUBMITTED: "now",
    VettingState.VERIFIED: "good",
    VettingState.RETURNED: "warn",
    VettingState.SUSPENDED: "bad",
}

MEANINGS = {
    VettingState.REGISTERED: _(
        "Nothing to do now: a delegation checks the company before a trial order, not before a proposal."
    ),
    VettingState.SUBMITTED: _("Your evidence is with the delegation. Proposals do not wait for it."),
    VettingState.VERIFIED: _("The delegation has checked the company. It can receive a trial order."),
    VettingState.RETURNED: _(
        "The delegation sent the evidence back with a reason. Mend it before a trial order; proposals need not wait."
    ),
    VettingState.SUSPENDED: _(
        "No trial order can go to the company until the delegation reinstates it. What you wrote stays readable."
    ),
}

STATE_DECIDED = _(
    "Its country is not on the list of states whose makers may bid without a further word. You may register, see the"
    " public requirements and draft a proposal now; an officer of the tender decides before the deadline whether"
    " companies of this country may take part."
)


@dataclass(frozen=True)
class Standing:
    """`word` is the large word of the state; `tone` is good, soon, bad or none."""

    word: Words
    text: Words
    tone: str

    @property
    def is_ready(self) -> bool:
        """Whether nothing stops the company and nothing is left to do before a proposal."""
        return self.tone == "good"


def standing_of(company: Company, *, has_undertaking: bool) -> Standing:
    """The one thing that matters: what stops the company, else what it has to do next, else that nothing is missing."""
    if company.state == VettingState.SUSPENDED:
        return Standing(_("Suspended"), MEANINGS[VettingState.SUSPENDED], "bad")
    if not is_eligible_state(company.country):
        return Standing(_("An officer decides"), STATE_DECIDED, "soon")
    if not has_undertaking:
        text = _("Accept the confidentiality undertaking below to see every requirement with its threshold.")
        return Standing(_("One click is missing"), text, "soon")
    return Standing(_("Ready to bid"), _("Nothing is missing. Choose a tender and start a proposal."), "good")

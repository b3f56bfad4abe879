import pytest

from coalition_portal.lifecycle import IllegalMove
from coalition_portal.permission import Denied, Refused
from coalition_portal.post.models import OutgoingMail
from manufacturers import vetting
from manufacturers.models import Company, CompanyAct, CompanyRecord, CompanyRole
from manufacturers.states import VETTING, VettingState
from tests.factories import companies, people

pytestmark = pytest.mark.django_db

ACTS = {
    "submit_evidence": (vetting.submit_evidence, CompanyAct.EVIDENCE_SUBMITTED),
    "verify": (vetting.verify, CompanyAct.VERIFIED),
    "return": (vetting.return_, CompanyAct.RETURNED),
    "suspend": (vetting.suspend, CompanyAct.SUSPENDED),
    "reinstate": (vetting.reinstate, CompanyAct.REINSTATED),
}
WITH_REASON = {"return", "suspend", "reinstate"}
ADDRESSED = {"verify", "return", "suspend", "reinstate"}


def do(act, company, by, now, reason=" It says why. "):
    extra = {"reason": reason} if act in WITH_REASON else {}
    return ACTS[act][0](company=company, by=by, now=now, **extra)


@pytest.fixture
def company():
    return companies.company(country="LV")


@pytest.fixture
def officer(company):
    return people.officer("LV")


def at_state(company, state):
    Company.objects.filter(pk=company.pk).update(state=state)
    return company


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", VettingState.values)
def test_every_act_moves_as_the_table_says_and_leaves_its_record(company, officer, state, act, fixed_now):
    at_state(company, state)
    by = companies.owner_of(company) if act == "submit_evidence" else officer

    if act not in VETTING.acts_from(state):
        with pytest.raises(IllegalMove):
            do(act, company, by, fixed_now)
        assert Company.objects.get(pk=company.pk).state == state
        return

    moved = do(act, company, by, fixed_now)

    assert moved.state == Company.objects.get(pk=company.pk).state == VETTING.check(state, act)
    row = CompanyRecord.objects.order_by("pk").last()
    assert (row.act, row.reason, row.by, row.at) == (
        ACTS[act][1],
        "It says why." if act in WITH_REASON else "",
        by,
        fixed_now,
    )


@pytest.mark.parametrize("act", ACTS)
def test_owners_learn_what_the_delegation_did(company, officer, act, fixed_now):
    second = companies.person_of(company, CompanyRole.OWNER)
    companies.person_of(company, CompanyRole.SIGNATORY)
    owner = companies.owner_of(company)
    at_state(company, next(state for state in VettingState if act in VETTING.acts_from(state)))

    do(act, company, owner if act == "submit_evidence" else officer, fixed_now)

    mails = OutgoingMail.objects.filter(template="company_vetting").order_by("pk").values_list("to", "context")
    told = [(user.email, {"path": "/company/"}) for user in (owner, second)]
    assert list(mails) == (told if act in ADDRESSED else [])


@pytest.mark.parametrize("act", sorted(WITH_REASON))
@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        (" \n", "Write the reason; the company reads it and acts on it."),
        ("x" * 1001, "We got 1001 characters; a reason has at most 1000. Shorten it."),
    ],
)
def test_reason_is_asked_for_and_has_an_end(company, officer, act, reason, sentence, fixed_now):
    state = next(state for state in VettingState if act in VETTING.acts_from(state))
    at_state(company, state)

    with pytest.raises(Refused) as refused:
        do(act, company, officer, fixed_now, reason=reason)

    assert (refused.value.field, refused.value.sentence) == ("reason", sentence)
    assert Company.objects.get(pk=company.pk).state == state


@pytest.mark.parametrize("act", ACTS)
def test_nobody_else_vets(company, act, fixed_now):
    at_state(company, next(state for state in VettingState if act in VETTING.acts_from(state)))
    strangers = [companies.owner_of(companies.company()), people.officer("GB"), people.head("LV"), people.chair("LV")]
    strangers.append(
        people.officer("LV") if act == "submit_evidence" else companies.owner_of(company)
    )  # Each side does its own part and not the other's.

    for somebody in strangers:
        with pytest.raises(Denied):
            do(act, company, somebody, fixed_now)

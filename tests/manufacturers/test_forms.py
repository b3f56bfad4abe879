from django.utils.translation import override

from coalition_portal.permission import Refused
from manufacturers.declarations import DECLARATIONS
from manufacturers.eligibility import confidences, is_eligible_state
from manufacturers.forms import (
    CompanyForm,
    DroneModelForm,
    PersonForm,
    RegistrationForm,
    RoleForm,
    country_choices,
    register_choices,
    register_hints,
    show_refusal,
)
from manufacturers.models import CompanyRole
from manufacturers.registers import REGISTERS

GOOD = {
    "legal_name": " Vyhadka  Aero LLC",
    "original_name": "",
    "country": "UA",
    "register_scheme": "UA-EDR",
    "register_number": "99 000 011",
    "declarations": list(DECLARATIONS),
}


def errors_of(form):
    return {field: list(sentences) for field, sentences in form.errors.items()}


def test_registration_takes_good_facts():
    form = RegistrationForm(GOOD)

    assert errors_of(form) == {}
    assert form.cleaned_data == GOOD | {"legal_name": "Vyhadka Aero LLC"}


def test_registration_says_everything_that_is_missing_at_once():
    assert errors_of(RegistrationForm({})) == {
        "legal_name": ["Write the legal name as the register has it."],
        "country": ["Choose the country in which the company is registered."],
        "register_scheme": ["Choose a register from the list."],
        "register_number": ["Write the number under which the register knows the company."],
        "declarations": ["Tick every declaration; without them a company cannot register."],
    }


def test_registration_judges_the_facts_like_the_verb():
    form = RegistrationForm(
        GOOD
        | {
            "legal_name": "x" * 201,
            "original_name": "a\N{ZERO WIDTH SPACE}b",
            "register_number": "99000012",
            "declarations": ["truth"],
        }
    )

    assert errors_of(form) == {
        "legal_name": ["We got 201 characters; there is room for 200. Shorten the name."],
        "original_name": ["This name holds characters that cannot be seen. Type it anew instead of pasting it."],
        "register_number": [
            "We got 99000012. Its check digit does not fit the other digits, so one of them is mistyped. Compare the"
            " number with the extract."
        ],
        "declarations": ["We got 1 of 3 declarations. Tick every one; without them a company cannot register."],
    }


def test_registration_judges_the_number_only_by_a_register_that_fits():
    form = RegistrationForm(GOOD | {"country": "LV", "register_number": "99000012"})

    assert errors_of(form) == {
        "register_scheme": [
            "We got a register of Ukraine: Unified State Register (EDR). Choose one of the company's own country, or"
            " the LEI, which serves all countries."
        ],
    }


def test_registration_refuses_what_is_not_on_the_lists():
    form = RegistrationForm(GOOD | {"country": "ZZ", "register_scheme": "SE-BLV", "declarations": ["another"]})

    assert sorted(errors_of(form)) == ["country", "declarations", "register_scheme"]


def test_change_asks_for_no_declarations():
    assert errors_of(CompanyForm({name: value for name, value in GOOD.items() if name != "declarations"})) == {}


def test_countries_stand_in_two_groups_and_each_once():
    with override("en"):
        _none, (_eligible, first), (_others, second) = country_choices()

    assert {code for code, _name in first} == {code for code in confidences() if is_eligible_state(code)}
    assert not {code for code, _name in first} & {code for code, _name in second}
    assert ("BR", "Brazil") in second
    assert ("CY", "Cyprus") in second
    assert [name for _code, name in first] == sorted((name for _code, name in first), key=str.casefold)


def test_countries_are_named_in_the_language_of_the_reader():
    with override("uk"):
        _none, (_title, eligible), _others = country_choices()

    assert ("UA", "Україна") in eligible


def test_registers_stand_by_country_and_the_lei_last():
    with override("en"):
        _none, (_national, own), (_all, others) = register_choices()

    assert {scheme for scheme, _title in own + others} == set(REGISTERS)
    assert own[0] == ("AU-ASIC", "Australia: Securities and Investments Commission (ACN)")
    assert others == [("XI-LEI", "Legal Entity Identifier (LEI)")]


def test_every_register_has_its_hint_on_the_page_and_in_its_option():
    with override("en"):
        hints = register_hints()
        page = str(RegistrationForm()["register_scheme"])

    assert len(hints) == len(REGISTERS)
    assert ("Latvia: Register of Enterprises", "11 digits, for example 99900000001") in hints
    assert page.count("data-hint=") == page.count("data-country=") == len(REGISTERS)
    assert 'value="LV-RE" data-hint="11 digits, for example 99900000001" data-country="LV"' in page


def test_refusal_stands_at_its_field_or_on_top():
    form = RegistrationForm(GOOD)

    show_refusal(form, Refused("At the number.", field="register_number"))
    show_refusal(form, Refused("On top."))
    show_refusal(form, Refused("Of another page.", field="email"))

    assert errors_of(form) == {"register_number": ["At the number."], "__all__": ["On top.", "Of another page."]}


def test_small_forms_take_what_is_on_their_lists_alone():
    assert PersonForm({"email": "a@example.test", "role": CompanyRole.VIEWER}).is_valid()
    assert sorted(errors_of(PersonForm({"email": "a", "role": "BOSS"}))) == ["email", "role"]
    assert RoleForm({"role": CompanyRole.OWNER}).is_valid()
    assert sorted(errors_of(RoleForm({}))) == ["role"]
    assert DroneModelForm({"name": "A", "kind": "FPV"}).is_valid()
    assert errors_of(DroneModelForm({})) == {
        "name": ["Write the name of the model, with its version."],
        "kind": ["Choose the kind of drone from the list."],
    }


def test_every_role_says_what_it_may_do():
    assert [value for value, _words in RoleForm().fields["role"].choices] == CompanyRole.values

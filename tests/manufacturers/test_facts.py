import pytest

from coalition_portal.permission import Refused
from manufacturers.declarations import DECLARATIONS
from manufacturers.facts import Facts, check_declarations, check_facts

GOOD = {
    "legal_name": " Vyhadka  Aero LLC",
    "original_name": "ТОВ «Вигадка Аеро» ",
    "country": "UA",
    "register_scheme": "UA-EDR",
    "register_number": "99 000 011",
}


def test_facts_are_cleaned():
    assert check_facts(**GOOD) == Facts("Vyhadka Aero LLC", "ТОВ «Вигадка Аеро»", "UA", "UA-EDR", "99000011")


def test_facts_may_lack_a_name_in_its_own_script():
    assert check_facts(**GOOD | {"original_name": ""}).original_name == ""


def test_facts_of_any_country_go_with_the_lei():
    given = GOOD | {"country": "BR", "register_scheme": "XI-LEI", "register_number": "EXAMPLE0000000003288"}

    assert check_facts(**given) == Facts(
        "Vyhadka Aero LLC", "ТОВ «Вигадка Аеро»", "BR", "XI-LEI", "EXAMPLE0000000003288"
    )


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"legal_name": " "}, "legal_name", "Write the legal name as the register has it."),
        (
            {"legal_name": "x" * 201},
            "legal_name",
            "We got 201 characters; there is room for 200. Shorten the name.",
        ),
        (
            {"original_name": "x" * 201},
            "original_name",
            "We got 201 characters; there is room for 200. Shorten the name.",
        ),
        ({"country": ""}, "country", "Choose the country in which the company is registered."),
        ({"country": "ZZ"}, "country", "Choose the country in which the company is registered."),
        ({"register_scheme": ""}, "register_scheme", "Choose a register from the list."),
        ({"register_scheme": "SE-BLV"}, "register_scheme", "Choose a register from the list."),
        (
            {"country": "LV"},
            "register_scheme",
            "We got a register of Ukraine: Unified State Register (EDR). Choose one of the company's own country, or"
            " the LEI, which serves all countries.",
        ),
        (
            {"register_number": "99000012"},
            "register_number",
            "We got 99000012. Its check digit does not fit the other digits, so one of them is mistyped. Compare the"
            " number with the extract.",
        ),
    ],
)
def test_facts_are_refused_at_the_field_at_fault(change, field, sentence):
    with pytest.raises(Refused) as refused:
        check_facts(**GOOD | change)

    assert (refused.value.field, refused.value.sentence) == (field, sentence)


def test_declarations_are_kept_in_their_own_order_and_unknown_ones_are_dropped():
    assert check_declarations(["unknown", *reversed(DECLARATIONS)]) == list(DECLARATIONS)


@pytest.mark.parametrize("missing", DECLARATIONS)
def test_declarations_are_asked_for_one_and_all(missing):
    with pytest.raises(Refused) as refused:
        check_declarations([code for code in DECLARATIONS if code != missing])

    assert (refused.value.field, refused.value.sentence) == (
        "declarations",
        "We got 2 of 3 declarations. Tick every one; without them a company cannot register.",
    )

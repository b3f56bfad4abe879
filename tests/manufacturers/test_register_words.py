from django.utils.translation import override

from manufacturers.register_words import HINTS, TITLES, hint_of, sentence_of
from manufacturers.registers import REGISTERS, Fault, MalformedNumber


def test_every_register_has_a_title_and_a_hint():
    assert set(TITLES) == set(HINTS) == set(REGISTERS)


def test_hint_tells_the_form_and_an_example():
    with override("en"):
        assert hint_of("LV-RE") == "11 digits, for example 99900000001"


def test_wrong_form_says_got_wanted_and_what_to_do():
    with override("en"):
        assert sentence_of(MalformedNumber("LV-RE", Fault.FORM), " 4711 ") == (
            "We got 4711. A number of this register (Register of Enterprises) has 11 digits, for example 99900000001."
            " Copy it from the extract."
        )


def test_wrong_check_digit_says_that_a_digit_is_mistyped():
    with override("en"):
        assert sentence_of(MalformedNumber("UA-EDR", Fault.CHECK_DIGIT), "99000012") == (
            "We got 99000012. Its check digit does not fit the other digits, so one of them is mistyped."
            " Compare the number with the extract."
        )

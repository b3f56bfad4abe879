import pytest

from manufacturers.names import NameRefused, clean_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Example   Drone\tWorks \n LLC ", "Example Drone Works LLC"),
        ("ТОВ «Вигадка Аеро»", "ТОВ «Вигадка Аеро»"),
        ("Izdoma\N{NO-BREAK SPACE}Aero", "Izdoma Aero"),
        ("Pasaka e\N{COMBINING ACUTE ACCENT}", "Pasaka \N{LATIN SMALL LETTER E WITH ACUTE}"),
        ("x" * 20, "x" * 20),
        ("", ""),
    ],
)
def test_name_is_kept_on_one_line_in_one_form(typed, kept):
    assert clean_name(typed, field="name", longest=23) == kept


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (" \n ", "Write it."),
        ("x" * 24, "We got 24 characters; there is room for 23. Shorten the name."),
        ("a\x00b", "This name holds characters that cannot be seen. Type it anew instead of pasting it."),
        (
            "a\N{RIGHT-TO-LEFT OVERRIDE}b",
            "This name holds characters that cannot be seen. Type it anew instead of pasting it.",
        ),
        ("a\x1b[31m", "This name holds characters that cannot be seen. Type it anew instead of pasting it."),
    ],
)
def test_name_is_refused_with_its_reason(typed, sentence):
    with pytest.raises(NameRefused) as refused:
        clean_name(typed, field="name", longest=23, missing="Write it.")

    assert (refused.value.sentence, refused.value.field) == (sentence, "name")

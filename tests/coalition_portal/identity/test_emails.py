import pytest

from coalition_portal.identity.emails import normalise_email


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("anna@example.test", "anna@example.test"),
        (" Anna@Example.TEST\n", "anna@example.test"),
        ("ａnna@example.test", "anna@example.test"),
        ("ОЛЕНА@пошта.test", "олена@пошта.test"),
        ("", ""),
    ],
)
def test_normalise_email_has_one_form(typed, stored):
    assert normalise_email(typed) == stored
    assert normalise_email(stored) == stored

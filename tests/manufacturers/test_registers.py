import pytest

from manufacturers.registers import REGISTERS, Fault, MalformedNumber, UnknownRegister, check_number, serves

TYPED_AND_KEPT = [
    ("AU-ASIC", "000 000 019", "000000019"),
    ("BE-BCE_KBO", "0999.000.001", "0999000001"),
    ("BE-BCE_KBO", "1999000001", "1999000001"),
    ("CA-CC", "999999-9", "9999999"),
    ("CA-CC", "999999", "999999"),
    ("CA-CC", "9999999999", "9999999999"),
    ("CZ-ICO", "99000016", "99000016"),
    ("CZ-ICO", " 990 00 024 ", "99000024"),
    ("DE-CR", "DEMO HRB 999001", "DEMO HRB 999001"),
    ("DE-CR", "  Demo   hrb 999001 ", "DEMO HRB 999001"),
    ("DE-CR", "Musterstädt (Demo) HRA 1 XY", "MUSTERSTÄDT (DEMO) HRA 1 XY"),
    ("DK-CVR", "99 00 00 01", "99000001"),
    ("EE-RIK", "99000001", "99000001"),
    ("FI-PRO", "9900000-1", "9900000-1"),
    ("FR-RCS", "990 000 001", "990000001"),
    ("GB-COH", "99000001", "99000001"),
    ("GB-COH", "zz990001", "ZZ990001"),
    ("IT-CF", "99000000001", "99000000001"),
    ("LT-RC", "990000001", "990000001"),
    ("LU-RCS", "b 999999", "B999999"),
    ("LU-RCS", "B1", "B1"),
    ("LV-RE", "99900000001", "99900000001"),
    ("NL-KVK", "00000001", "00000001"),
    ("NO-BRC", "990 000 001", "990000001"),
    ("NZ-NZBN", "94 29000000001", "9429000000001"),
    ("PL-KRS", "9990000001", "9990000001"),
    ("SE-ON", "990000-0001", "990000-0001"),
    ("TR-MERSIS", "9900-0000-0000-0001", "9900000000000001"),
    ("UA-EDR", "99 000 005", "99000005"),
    ("US-SAM", "abcdefghjklm", "ABCDEFGHJKLM"),
    ("US-SAM", "1BCDEFGHJK00", "1BCDEFGHJK00"),
    ("XI-LEI", "EXAMPLE0000000003288", "EXAMPLE0000000003288"),
    ("XI-LEI", "exam-ple0-0000-0000-3579", "EXAMPLE0000000003579"),
]

BAD_FORM = [
    ("AU-ASIC", "00000001"),
    ("BE-BCE_KBO", "2999000001"),
    ("BE-BCE_KBO", "999000001"),
    ("CA-CC", "99999"),
    ("CA-CC", "99999999999"),
    ("CZ-ICO", "9900001"),
    ("DE-CR", "HRB 999001"),
    ("DE-CR", "DEMO 999001"),
    ("DE-CR", "DEMO HRX 999001"),
    ("DE-CR", "DEMO HRB 99999999"),
    ("DE-CR", "DEMOHRB999001"),
    ("DK-CVR", "9900001"),
    ("EE-RIK", "990000010"),
    ("FI-PRO", "99000001"),
    ("FI-PRO", "990000-1"),
    ("FR-RCS", "99000000100012"),
    ("GB-COH", "9900001"),
    ("GB-COH", "ZZZ90001"),
    ("GB-COH", "Z9900001"),
    ("IT-CF", "9900000001"),
    ("LT-RC", "99000001"),
    ("LU-RCS", "999999"),
    ("LU-RCS", "B9999999"),
    ("LV-RE", "9990000001"),
    ("NL-KVK", "0000001"),
    ("NO-BRC", "99000001"),
    ("NZ-NZBN", "9529000000001"),
    ("PL-KRS", "999000001"),
    ("SE-ON", "9900000001"),
    ("TR-MERSIS", "990000000000001"),
    ("UA-EDR", "9900001"),
    ("UA-EDR", "990000050"),
    ("UA-EDR", "ABCDEFGH"),
    ("UA-EDR", ""),
    ("UA-EDR", "٩٩٠٠٠٠٠٥"),
    ("US-SAM", "IBCDEFGHJKLM"),
    ("US-SAM", "ABCDEFGHJKLO"),
    ("US-SAM", "0BCDEFGHJKLM"),
    ("US-SAM", "ABCDEFGHJKL"),
    ("XI-LEI", "EXAMPLE00000000032"),
    ("XI-LEI", "EXAMPLE00000000032AB"),
]

RIGHT_CHECK_DIGITS = [
    # The weights begin with the seventh for numbers from 30000000 to 60000000.
    ("UA-EDR", "99000005"),
    ("UA-EDR", "01000002"),
    ("UA-EDR", "30000015"),
    ("UA-EDR", "59000000"),
    # The first weights leave 10, so the second ones decide.
    ("UA-EDR", "99000075"),
    ("UA-EDR", "01000098"),
    ("UA-EDR", "30000005"),
    ("UA-EDR", "59000091"),
    # Both leave 10, so the digit is 0.
    ("UA-EDR", "99000130"),
    ("UA-EDR", "01000730"),
    ("UA-EDR", "30000440"),
    ("UA-EDR", "59000530"),
    # Eleven less what is left gives 10 and 11 as well; their last digits count.
    ("CZ-ICO", "99000016"),
    ("CZ-ICO", "99000008"),
    ("XI-LEI", "EXAMPLE0000000003288"),
]

DEMO_NUMBERS = "11 28 34 40 57 63 75 86 92 100 117 123 130 146"


def verdict(scheme, number):
    try:
        return check_number(scheme, number)
    except MalformedNumber as fault:
        assert fault.scheme == scheme
        return fault.fault


@pytest.mark.parametrize(("scheme", "typed", "kept"), TYPED_AND_KEPT)
def test_number_is_kept_in_one_form(scheme, typed, kept):
    assert check_number(scheme, typed) == kept


@pytest.mark.parametrize(("scheme", "typed"), BAD_FORM)
def test_number_of_another_form_is_refused(scheme, typed):
    assert verdict(scheme, typed) is Fault.FORM


def test_every_register_has_a_good_and_a_bad_number():
    assert (
        {scheme for scheme, *_numbers in TYPED_AND_KEPT} == {scheme for scheme, _number in BAD_FORM} == set(REGISTERS)
    )


@pytest.mark.parametrize(("scheme", "number"), RIGHT_CHECK_DIGITS)
def test_check_digit_takes_exactly_one_of_the_ten(scheme, number):
    others = [number[:-1] + digit for digit in "0123456789" if digit != number[-1]]

    assert verdict(scheme, number) == number
    assert [verdict(scheme, other) for other in others] == [Fault.CHECK_DIGIT] * 9


def test_weights_change_exactly_at_the_two_bounds():
    assert [verdict("UA-EDR", f"2999999{digit}") for digit in range(10)].count("29999993") == 1
    assert [number for digit in range(10) if verdict("UA-EDR", number := f"3000000{digit}") == number] == ["30000005"]
    assert [number for digit in range(10) if verdict("UA-EDR", number := f"5999999{digit}") == number] == ["59999994"]
    assert [number for digit in range(10) if verdict("UA-EDR", number := f"6000000{digit}") == number] == ["60000006"]


def test_invented_numbers_of_the_demonstration_are_taken():
    numbers = [f"99{int(number):06}" for number in DEMO_NUMBERS.split()]

    assert [check_number("UA-EDR", number) for number in numbers] == numbers


def test_examples_in_the_hints_are_taken():
    assert [scheme for scheme, register in REGISTERS.items() if not check_number(scheme, register.example)] == []


@pytest.mark.parametrize("scheme", ["", "UA", "ua-edr", "SE-BLV", "XX-ANY"])
def test_unknown_register_is_refused(scheme):
    with pytest.raises(UnknownRegister):
        check_number(scheme, "99000005")
    with pytest.raises(UnknownRegister):
        serves(scheme, "UA")


def test_register_serves_its_own_country_and_the_lei_serves_all():
    assert [serves("UA-EDR", "UA"), serves("UA-EDR", "LV"), serves("XI-LEI", "LV"), serves("XI-LEI", "BR")] == [
        True,
        False,
        True,
        True,
    ]


def test_number_fits_its_column():
    assert max(len(check_number(scheme, typed)) for scheme, typed, _kept in TYPED_AND_KEPT) <= 60
    assert len(check_number("DE-CR", "A" * 44 + " HRB 9999999 ZZ")) == 59
    with pytest.raises(MalformedNumber):
        check_number("DE-CR", "A" * 45 + " HRB 1")

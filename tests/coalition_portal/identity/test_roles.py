from itertools import product

import pytest

from coalition_portal.identity.roles import GRANTED_BY_HEAD, NEEDS_COUNTRY, Role, clashing

O, C, P, R, A, H, U, X = Role  # noqa: E741 - columns of the table below, in the order of the roles

CLASHES = {
    (C, P), (C, U), (C, X), (P, U), (P, X), (U, X),
    (R, O), (R, C), (R, A),
}  # fmt: skip


def test_the_columns_are_named_right():
    assert [O, C, P, R, A, H, U, X] == [
        Role.OFFICER, Role.CHAIR, Role.OPENER, Role.REVIEWER, Role.ADVISER, Role.HEAD, Role.AUDITOR, Role.OPERATOR,
    ]  # fmt: skip


@pytest.mark.parametrize(("role", "held"), list(product(Role, Role)))
def test_clashing_over_every_pair(role, held):
    clash = (role, held) in CLASHES or (held, role) in CLASHES

    assert clashing(role, {held}) == (held if clash else None)


def test_clashing_names_the_first_of_several():
    assert clashing("REVIEWER", {"OFFICER", "HEAD", "CHAIR"}) == Role.CHAIR
    assert clashing("REVIEWER", set()) is None


def test_which_roles_need_a_country_and_who_grants_them():
    assert set(Role) - NEEDS_COUNTRY == {Role.OFFICER, Role.AUDITOR, Role.OPERATOR}
    assert set(Role) - GRANTED_BY_HEAD == {Role.HEAD, Role.AUDITOR, Role.OPERATOR}

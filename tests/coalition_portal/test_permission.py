from coalition_portal.permission import Denied, Refused, allows


def check_can_enter(age, *, ticket):
    """Whoever is of age and has a ticket."""
    if age < 18 or not ticket:
        raise Denied("Come back with a ticket when you are 18.")


def test_allows_turns_a_check_into_a_question():
    can_enter = allows(check_can_enter)

    assert {(age, ticket): can_enter(age, ticket=ticket) for age in (17, 18) for ticket in (False, True)} == {
        (17, False): False,
        (17, True): False,
        (18, False): False,
        (18, True): True,
    }


def test_allows_keeps_the_words_of_the_check():
    can_enter = allows(check_can_enter)

    assert (can_enter.__name__, can_enter.__doc__) == ("can_enter", "Whoever is of age and has a ticket.")


def test_denied_and_refused_carry_their_sentences():
    denied, refused, plain = Denied("No."), Refused("Too long.", field="name"), Refused("Too late.")

    assert (denied.reason, str(denied)) == ("No.", "No.")
    assert (refused.sentence, refused.field, str(refused)) == ("Too long.", "name", "Too long.")
    assert plain.field is None

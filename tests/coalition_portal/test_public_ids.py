import re

from coalition_portal import public_ids


def test_new_public_id_is_26_characters_of_base32():
    made = {public_ids.new_public_id() for _ in range(500)}

    assert len(made) == 500
    assert all(re.fullmatch(r"[a-z2-7]{26}", public_id) for public_id in made)


def test_new_public_id_spells_all_128_bits(monkeypatch):
    monkeypatch.setattr(public_ids.secrets, "token_bytes", lambda size: b"\xff" * size)

    assert public_ids.new_public_id() == "7" * 25 + "4"


def test_what_can_be_a_public_id():
    texts = ("a" * 26, "7" * 26, "a" * 25, "a" * 27, "A" * 26, "1" * 26, "a" * 26 + "\n", "\0" * 26, "")

    assert [public_ids.is_public_id(text) for text in texts] == [True, True, *[False] * 7]

import hashlib
import re

import pytest
from django.utils.translation import override

from coalition_portal.ledger import entries
from coalition_portal.ledger.entries import Event


def test_every_event_is_source_subject_action_and_named_after_it():
    with override("en"):
        assert {event.name for event in Event} == {event.value.replace(":", "_").upper() for event in Event}
    sources = "identity|manufacturers|notices|proposals|reviews|watch"
    assert all(re.fullmatch(rf"({sources}):[a-z]+:[a-z]+", event) for event in Event)


def test_new_salt_is_128_random_bits():
    salts = {entries.new_salt() for _ in range(100)}

    assert len(salts) == 100
    assert all(re.fullmatch(r"[0-9a-f]{32}", salt) for salt in salts)


def test_commit_binds_to_salt_and_secret():
    made = entries.commit("ab" * 16, {"b": 2, "a": 1})

    assert made == hashlib.sha256(b'{"salt":"' + b"ab" * 16 + b'","secret":{"a":1,"b":2}}').hexdigest()
    assert made != entries.commit("ac" * 16, {"b": 2, "a": 1})
    assert made != entries.commit("ab" * 16, {"b": 2, "a": 2})


@pytest.mark.parametrize(
    ("commitment", "start"), [(None, b'{"at":'), ("c" * 64, b'{"at":"2026-10-14T09:00:00.000000Z","commitment":"ccc')]
)
def test_body_of_is_canonical_and_leaves_out_what_is_not_there(fixed_now, commitment, start):
    body = entries.body_of(
        index=3, at=fixed_now, event="a:b:c", subject="tender:x", facts={"n": "1"}, commitment=commitment
    )

    assert body.startswith(start)
    assert body.endswith(b'"event":"a:b:c","facts":{"n":"1"},"index":3,"subject":"tender:x","v":1}')
    assert (b"commitment" in body) is (commitment is not None)


def test_hashes_are_prefixed_so_that_none_can_pass_for_another():
    leaf = entries.leaf_hash(b"body")

    assert leaf == hashlib.sha256(b"\x00body").hexdigest()
    assert entries.chain_hash("0" * 64, leaf) == hashlib.sha256(b"\x02" + bytes(32) + bytes.fromhex(leaf)).hexdigest()

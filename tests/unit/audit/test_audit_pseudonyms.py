"""What stands for a case, an official or a detail can be found by who has the secret, and linked by nobody else."""

import hashlib
import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.audit.errors import EntryRefusedError
from nrm.audit.pseudonyms import actor_pseudonym, case_pseudonym, details_digest

EVENT = UUID("7d9f0b5e-3c0a-4d6b-9f39-0d7a52c1f001")


def refused(call, *arguments):
    with pytest.raises(EntryRefusedError) as caught:
        call(*arguments)
    return str(caught.value)


@given(st.binary(min_size=32, max_size=32), st.uuids(version=4), st.uuids(version=4))
def test_a_case_has_another_pseudonym_in_each_entry_and_its_secret_finds_them(secret, one, other):
    assert case_pseudonym(secret, one) == case_pseudonym(secret, one)
    assert (case_pseudonym(secret, one) == case_pseudonym(secret, other)) == (one == other)
    assert re.fullmatch("[0-9a-f]{32}", case_pseudonym(secret, one))


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=2, max_size=2, unique=True), st.uuids(version=4))
def test_another_secret_or_kind_gives_another_pseudonym(secrets, identifier):
    mine, other = secrets
    assert case_pseudonym(mine, identifier) != case_pseudonym(other, identifier)
    made = {actor_pseudonym(key, kind, identifier) for key in secrets for kind in ("actor", "organisation")}
    assert len(made | {case_pseudonym(mine, identifier)}) == 5


def test_details_are_the_digest_of_salt_and_canonical_json():
    salt, details = bytes(range(32)), {"b": [1, "é"], "a": None}
    assert details_digest(salt, details) == hashlib.sha256(salt + '{"a":null,"b":[1,"é"]}'.encode()).hexdigest()
    assert details_digest(bytes(32), details) != details_digest(salt, details)


@pytest.mark.parametrize("details", [{"a": object()}, {"a": float("nan")}, {1: "a"}, {"a": 2**60}, {"a": "\ud800"}])
def test_details_that_json_cannot_say_are_refused_unseen(details):
    assert refused(details_digest, bytes(32), details).startswith("audit entry: `details` cannot be said in JSON")


@pytest.mark.parametrize("secret", [b"", b"short", bytes(33)])
def test_a_secret_of_another_length_is_refused(secret):
    for call in (lambda: case_pseudonym(secret, EVENT), lambda: details_digest(secret, {})):
        assert "wrong length" in refused(call)

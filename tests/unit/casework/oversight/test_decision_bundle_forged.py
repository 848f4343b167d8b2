"""Bundles that somebody altered, or made to do harm: each is refused, or is said not to replay."""

import json
import lzma

import pytest
from decision_bundles import RECIPIENT, again, decided, exported, layers, opened, sealed_again
from fakes import write_rulebook
from hypothesis import given, settings
from hypothesis import strategies as st
from offices import new_office
from sealed_packages import OTHER_RECIPIENT

from nrm.audit.canonical import canonical
from nrm.bootstrap import Application
from nrm.bootstrap_store import FileBooks
from nrm.casework.oversight.form import FORMAT
from nrm.errors import NrmError
from nrm.referral.package_errors import (
    MisaddressedError,
    NoPackageError,
    PackageError,
    SignatureRefusedError,
    TooLargeError,
    UnknownFormatError,
    UnsafeArchiveError,
)
from nrm.referral.sealing import LARGEST

MEMBERS = ("bundle.json", "facts.json", "plan.json", "entry.json", "proof", "rulebook.tar.xz")


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    folder = tmp_path_factory.mktemp("forged")
    return new_office(folder, books=FileBooks(Application(write_rulebook(folder / "book"))))


@pytest.fixture(scope="module")
def sealed(office):
    return exported(office, decided(office))


@pytest.fixture(scope="module")
def files(sealed):
    return layers(sealed)[0]


@pytest.fixture(scope="module")
def signature(sealed):
    return layers(sealed)[1]


def flipped(data, at, bit):
    at %= len(data)
    return data[:at] + bytes([data[at] ^ (1 << bit)]) + data[at + 1 :]


@settings(max_examples=120, deadline=None)
@given(member=st.sampled_from(MEMBERS), at=st.integers(0, 1 << 20), bit=st.integers(0, 7))
def test_one_bit_of_any_file_in_it_breaks_the_signature(office, files, signature, member, at, bit):
    changed = {**files, member: flipped(files[member], at, bit)}
    with pytest.raises(SignatureRefusedError):
        opened(office, sealed_again(changed, signature=signature))


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 1 << 22), bit=st.integers(0, 7))
def test_one_bit_of_the_sealed_bytes_is_enough_to_refuse_them(office, sealed, at, bit):
    with pytest.raises(PackageError):
        opened(office, flipped(sealed, at, bit))


@settings(max_examples=60, deadline=None)
@given(member=st.sampled_from(MEMBERS), at=st.integers(0, 1 << 20), bit=st.integers(0, 7))
def test_an_office_that_alters_one_bit_and_signs_again_is_found_out(office, files, member, at, bit):
    """Refused for its form, or said not to fit the log, the plan or the rules; unless the bit has no meaning."""
    changed = {**files, member: flipped(files[member], at, bit)}
    by_hand = sealed_again(changed, signer=office.desk.counter.signer)
    try:
        found = again(office, by_hand)
    except NrmError:
        return
    if found.same:
        # Base64 of a cosigner nobody asked for, the name of the program, a fact that no rule reads: nothing else.
        assert member in {"facts.json", "bundle.json"}
        if member == "bundle.json":
            before, after = (json.loads(one[member]) for one in (files, changed))
            assert {key for key in before if before[key] != after.get(key)} <= {"program", "disputed"}


@pytest.mark.parametrize("missing", [name for name in MEMBERS if name != "proof"])
def test_a_file_that_is_missing_is_named(office, files, missing):
    fewer = {name: data for name, data in files.items() if name != missing}
    with pytest.raises(NoPackageError, match=missing):
        opened(office, sealed_again(fewer, signer=office.desk.counter.signer))


@pytest.mark.parametrize("name", ["../bundle.json", "more.json", "/etc/passwd", "rules/x.yaml", "BUNDLE.JSON"])
def test_a_file_that_no_bundle_has_is_refused(office, files, name):
    with pytest.raises(UnsafeArchiveError):
        opened(office, sealed_again({**files, name: b"x"}, signer=office.desk.counter.signer))


FACTS = {
    "a name": {"signs": ["Ana"]},
    "a sentence": {"signs": "was seen at the border"},
    "a fact with a name": {"Ana": "yes"},
    "a date": {"signs": "2011-07-23"},
    "a tree": {"signs": {"first_name": "ana"}},
    "a truth": {"signs": True},
    "a part of a number": {"days_detained": 3.5},
    "a number that is a telephone": {"days_detained": 37369471100},
    "a list": ["signs"],
}


@pytest.mark.parametrize("facts", FACTS.values(), ids=list(FACTS))
def test_what_is_no_code_is_refused_and_never_shown(office, files, facts):
    by_hand = sealed_again({**files, "facts.json": canonical(facts)}, signer=office.desk.counter.signer)
    with pytest.raises(NoPackageError) as caught:
        opened(office, by_hand)
    assert not any(word in str(caught.value).lower() for word in ("ana", "border", "2011", "3736"))


HEADS = {
    "another format": ({"format": "nrm-decision-bundle-2"}, UnknownFormatError),
    "no date": ({"on": "yesterday"}, NoPackageError),
    "a country that is a path": ({"country": "../gb"}, NoPackageError),
    "a short salt": ({"salt": "00"}, NoPackageError),
    "more": ({"case": "1"}, NoPackageError),
    "meant for somebody else": ({"recipient": OTHER_RECIPIENT}, MisaddressedError),
}


@pytest.mark.parametrize(("change", "error"), HEADS.values(), ids=list(HEADS))
def test_a_head_of_another_form_is_refused(office, files, change, error):
    head = {**json.loads(files["bundle.json"]), **change}
    assert json.loads(files["bundle.json"])["format"] == FORMAT
    with pytest.raises(error):
        opened(office, sealed_again({**files, "bundle.json": canonical(head)}, signer=office.desk.counter.signer))


def test_what_is_larger_than_any_bundle_is_not_even_opened(office):
    with pytest.raises(TooLargeError):
        opened(office, b"age-encryption.org/" + bytes(LARGEST))


def test_a_hostile_rulebook_in_a_bundle_is_a_fault_and_no_crash(office, files):
    for archive in (b"", lzma.compress(b"no tar"), files["rulebook.tar.xz"][:-8]):
        changed = sealed_again({**files, "rulebook.tar.xz": archive}, signer=office.desk.counter.signer)
        assert [one.file for one in again(office, changed).faults] == ["rulebook"]


def test_the_bundle_is_sealed_for_one_key(office, files):
    by_hand = sealed_again(files, signer=office.desk.counter.signer, recipient=OTHER_RECIPIENT)
    with pytest.raises(MisaddressedError):
        opened(office, by_hand)
    assert opened(office, sealed_again(files, signer=office.desk.counter.signer)).head.recipient == RECIPIENT

"""Packages: what is sealed for a service opens there, and every reason to refuse one has its own error."""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sealed_packages import (
    IDENTITY,
    KNOWN,
    MECHANISM,
    NOW,
    OTHER_IDENTITY,
    OTHER_RECIPIENT,
    RECIPIENT,
    RECORD,
    SENDER,
    STRANGER,
    age_sealed,
    header,
    naming,
    opened,
    package_files,
    sealed_by_hand,
    sealed_package,
)

from nrm.referral.archive import write_tar
from nrm.referral.package import LARGEST, LEAST, SKEW, open_package, padded, read_package, seal_package
from nrm.referral.package_errors import (
    ExpiredError,
    FutureError,
    MisaddressedError,
    NoPackageError,
    PackageError,
    ReplayedError,
    SignatureRefusedError,
    TamperedPackageError,
    TooLargeError,
    UnknownSignerError,
)
from nrm.referral.seen import SeenMessages

NAMES = st.from_regex(r"attachments/[A-Za-z0-9]{1,20}\.(pdf|txt)", fullmatch=True)
SEALED = sealed_package()


@settings(max_examples=50)
@given(more=st.dictionaries(NAMES, st.binary(max_size=2000), max_size=4))
def test_what_is_sealed_for_a_service_is_what_it_opens(more):
    assume(len({name.lower() for name in more}) == len(more))
    head = header()
    found = opened(sealed_package(head, **more))
    assert found.header == naming(head, more)
    assert found.record == RECORD
    assert found.files == package_files(head, **more)


def test_a_revocation_opens_likewise_and_has_the_size_of_a_referral():
    revoked = sealed_package(header(kind="revocation"))
    assert opened(revoked).header.kind == "revocation"
    assert LEAST < len(SEALED) < LEAST + 1000
    # Age in Rust adds a line of random length to its head, so that nobody relies on its form.
    assert abs(len(revoked) - len(SEALED)) < 500


@given(st.integers(1, LARGEST))
def test_a_length_is_filled_up_to_one_of_few(length):
    whole = padded(length)
    assert whole >= max(length, LEAST)
    assert whole % 512 == 0
    assert padded(whole) == whole
    assert length < LEAST or whole <= length * 1.07


def test_packages_of_different_content_have_one_plaintext_size():
    small = write_tar(package_files(record={}))
    large = write_tar(package_files(record={"health": {"notes": "x" * 40_000}}))
    assert padded(len(small)) == padded(len(large)) == LEAST


def test_the_same_files_make_the_same_tar_whatever_their_order():
    files = package_files()
    assert write_tar(files) == write_tar(dict(reversed(files.items())))


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\3\4", b"age-encryption.orb/v1\n"])
def test_what_is_not_of_age_is_no_package(data):
    with pytest.raises(NoPackageError, match="not a file of age"):
        opened(data)


def test_a_package_for_another_key_is_misaddressed():
    with pytest.raises(MisaddressedError, match="not sealed for this key"):
        opened(SEALED, identity=OTHER_IDENTITY)


def test_a_package_that_was_passed_on_by_its_recipient_is_misaddressed():
    files = read_package(SEALED, IDENTITY, KNOWN).files
    with pytest.raises(MisaddressedError, match="meant for somebody with another key"):
        opened(sealed_by_hand(dict(files), recipient=OTHER_RECIPIENT), identity=OTHER_IDENTITY)


@settings(max_examples=150)
@given(at=st.integers(0, len(SEALED) - 1), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_refused(at, bit):
    altered = bytearray(SEALED)
    altered[at] ^= 1 << bit
    with pytest.raises((TamperedPackageError, NoPackageError, MisaddressedError)):
        opened(bytes(altered))


@pytest.mark.parametrize("altered", [SEALED[:-1], SEALED[:300], SEALED + b"x", SEALED[: len(SEALED) // 2]])
def test_a_package_that_was_cut_or_lengthened_is_refused(altered):
    with pytest.raises(TamperedPackageError, match="altered or cut short"):
        opened(altered)


def test_a_signer_whom_nobody_knows_is_refused():
    with pytest.raises(UnknownSignerError, match="with a key that you do not know"):
        opened(sealed_package(signer=STRANGER))
    with pytest.raises(UnknownSignerError):
        opened(SEALED, signers=())
    with pytest.raises(UnknownSignerError):
        opened(SEALED, signers=[f'{SENDER} namespaces="reply@nrm" {MECHANISM.public}'])


def test_nobody_signs_in_the_name_of_another():
    known = (*KNOWN, f"other.example/log {STRANGER.public}")
    with pytest.raises(UnknownSignerError, match=f"not known as a key of `{SENDER}`"):
        opened(sealed_package(signer=STRANGER), signers=known)
    assert opened(sealed_package(header(sender="other.example/log"), signer=STRANGER), signers=known)


def test_a_key_without_a_name_signs_in_any_name():
    assert opened(SEALED, signers=[MECHANISM.public + " from a .pub file"])


def test_a_false_signature_is_refused():
    files = package_files()
    other = MECHANISM.sign(b"something else", "referral@nrm").encode()
    for_reply = MECHANISM.sign(write_tar(files), "reply@nrm").encode()
    for signature, fault in (
        (other, "was altered"),
        (for_reply, "not for `referral@nrm`"),
        (b"\xff", "not an armored"),
    ):
        with pytest.raises(SignatureRefusedError, match=fault):
            opened(sealed_by_hand(files, signature))


def test_a_package_counts_from_when_it_is_sent_until_its_end():
    head = header()
    sealed = sealed_package(head)
    assert opened(sealed, now=head.expires_at - timedelta(seconds=1))
    assert opened(sealed, now=head.sent_at - SKEW)
    with pytest.raises(ExpiredError, match="its time is over"):
        opened(sealed, now=head.expires_at)
    with pytest.raises(FutureError, match="sent later than now"):
        opened(sealed, now=head.sent_at - SKEW - timedelta(seconds=1))


def test_a_revocation_is_never_too_late():
    head = header(kind="revocation")
    assert opened(sealed_package(head), now=head.expires_at + timedelta(days=400)).header == head


def test_a_package_that_comes_twice_is_refused_the_second_time():
    seen = SeenMessages({})
    assert opened(SEALED, seen=seen)
    with pytest.raises(ReplayedError, match="opened before"):
        opened(SEALED, seen=seen)
    again = sealed_package(header(message=next(iter(seen.until))))
    with pytest.raises(ReplayedError):
        opened(again, seen=seen)


def test_a_package_that_was_refused_does_not_count_as_seen():
    seen = SeenMessages({})
    head = header()
    sealed = sealed_package(head)
    for now in (head.expires_at, head.sent_at - timedelta(days=1)):
        with pytest.raises((ExpiredError, FutureError)):
            opened(sealed, now=now, seen=seen)
    assert not seen.until
    assert opened(sealed, seen=seen)


def test_what_is_missing_in_a_package_is_said():
    with pytest.raises(NoPackageError, match=r"`referral\.json` is missing"):
        opened(sealed_by_hand({"plan.txt": b""}))
    with pytest.raises(NoPackageError, match=r"`package\.tar` or `package\.tar\.sig` is missing"):
        opened(age_sealed(write_tar({"package.tar": b""})))
    with pytest.raises(NoPackageError, match="not a list of names"):
        opened(sealed_by_hand({"referral.json": b"[]"}))


def test_what_is_too_large_is_neither_sealed_nor_opened():
    with pytest.raises(TooLargeError, match="has more than"):
        opened(SEALED + bytes(LARGEST))
    with pytest.raises(TooLargeError, match="too large for a package"):
        sealed_package(**{"attachments/film": bytes(LARGEST // 2)})


def test_nothing_is_sealed_for_another_than_the_head_names():
    with pytest.raises(MisaddressedError):
        seal_package(package_files(), OTHER_RECIPIENT, MECHANISM)
    with pytest.raises(MisaddressedError, match="no key of age"):
        sealed_package(header(age="age1nobody"))


def test_a_text_that_is_no_identity_is_refused_and_not_shown():
    with pytest.raises(NoPackageError) as refused:
        opened(SEALED, identity="AGE-SECRET-KEY-1CANARY")
    assert "CANARY" not in str(refused.value)


def test_an_opened_package_does_not_print_its_content():
    assert "7946" not in repr(opened(SEALED))
    assert "pas seule" not in repr(opened(SEALED))


@given(st.binary(max_size=400) | st.binary(max_size=300).map(lambda data: SEALED[:250] + data))
def test_any_bytes_are_refused_by_our_own_errors(data):
    with pytest.raises(PackageError):
        opened(data)


@settings(max_examples=100)
@given(st.data())
def test_any_bytes_inside_the_seal_are_refused_by_our_own_errors(data):
    """Whoever has our recipient, which is public, can seal anything for us."""
    whole = write_tar(package_files(header(message=UUID(int=1))))
    inner = bytearray(whole)
    for at in data.draw(st.lists(st.integers(0, len(inner) - 1), min_size=1, max_size=4)):
        inner[at] = data.draw(st.integers(0, 255))
    cut = bytes(inner)[: data.draw(st.just(len(inner)) | st.integers(0, len(inner)))]
    sealed = data.draw(
        st.sampled_from([sealed_by_hand(cut), age_sealed(cut)]) | st.binary(max_size=2000).map(age_sealed)
    )
    with suppress(PackageError):
        assert open_package(sealed, IDENTITY, KNOWN, NOW, SeenMessages({})).header.recipient.age == RECIPIENT

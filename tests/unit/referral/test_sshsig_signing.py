"""SSHSIG: the same characters as stock `ssh-keygen`, and nothing believed that is not exactly right."""

import base64
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sealed_packages import MECHANISM, SEED, STRANGER

from nrm.referral.package_errors import PackageError, SignatureRefusedError
from nrm.referral.ssh_keys import allowed_signers, fingerprint, public_text, raw_public, spoken
from nrm.referral.sshsig import BEGIN, END, SshSigner, parse, verify

PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"

# Made by OpenSSH 9.2 with the key of the seed 00 01 … 1f: `ssh-keygen -Y sign -f KEY -n NAMESPACE`.
VECTORS = {
    ("referral@nrm", b""): """
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1j
CbpQ1fHdyGZBJVMbgAAAAMcmVmZXJyYWxAbnJtAAAAAAAAAAZzaGE1MTIAAABTAAAAC3Nz
aC1lZDI1NTE5AAAAQMKHthPqNm93fwsujzuk7IZ1SJElBjc29tHwU27f7gb5YEFFdZBkt/
hR41WgolgLae3ClFxpqpQRWQXAPEOt2A0=
""",
    ("referral@nrm", b"hello\n"): """
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1j
CbpQ1fHdyGZBJVMbgAAAAMcmVmZXJyYWxAbnJtAAAAAAAAAAZzaGE1MTIAAABTAAAAC3Nz
aC1lZDI1NTE5AAAAQPqy5Jyls1UzKAe44RZZRs8MKFLr+D6OWsl1G0MDYQT0gRlvdUhaMV
Xr3ifXfKWJI/cSQcvgrWUB0vAbqSPc3gk=
""",
    ("reply@nrm", b"hello\n"): """
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1j
CbpQ1fHdyGZBJVMbgAAAAJcmVwbHlAbnJtAAAAAAAAAAZzaGE1MTIAAABTAAAAC3NzaC1l
ZDI1NTE5AAAAQAvkUzPC9CdSbs4oH2bPtUSnfY/mJOLKky8IRycKvpFSJa5W4q2s3Pm76/
QMwiiZ9Pu8GVAWr7nccoEe3gCicgM=
""",
}
SHA256 = """
U1NIU0lHAAAAAQAAADMAAAALc3NoLWVkMjU1MTkAAAAgA6EHv/POEL4dcN0Y50vAmWfk1j
CbpQ1fHdyGZBJVMbgAAAAEZmlsZQAAAAAAAAAGc2hhMjU2AAAAUwAAAAtzc2gtZWQyNTUx
OQAAAECJWAJoqbSr32GLfKVzoqRscFbVeXd2CyoOUbiKkX03UF7Dh0d5jqJbG0IR+VoV/o
gBzV4WJ5W6LarwrH7CyF0K
"""
ECDSA = """
U1NIU0lHAAAAAQAAAGgAAAATZWNkc2Etc2hhMi1uaXN0cDI1NgAAAAhuaXN0cDI1NgAAAE
EEXCaxhY+leN+GtMG8VoU3Eh8VOc+rhOCOI/xxKsVfb6fFWBxpmWM7fKJpu8s2e6MYdHbg
gS6lFZ5aN6KWKQSEOQAAAARmaWxlAAAAAAAAAAZzaGE1MTIAAABjAAAAE2VjZHNhLXNoYT
ItbmlzdHAyNTYAAABIAAAAIHH85K9QF2OmCaFgE7HRYIwt91SM2qBZjOE38/foYJlrAAAA
IH4v50DJykh7p2AYWnZ+EkKqUneDpsJAWAbEqO07CqxY
"""
HELLO = MECHANISM.sign(b"hello\n", "file")


def armor(body):
    return BEGIN + body.strip("\n") + "\n" + END


def rewritten(change):
    """The signature of HELLO with other bytes inside the same armor."""
    blob = base64.b64decode(HELLO.removeprefix(BEGIN).removesuffix(END).replace("\n", ""))
    text = base64.b64encode(change(blob)).decode()
    return BEGIN + "".join(f"{text[at : at + 70]}\n" for at in range(0, len(text), 70)) + END


@pytest.mark.parametrize(("said", "body"), VECTORS.items())
def test_we_write_what_stock_ssh_keygen_writes(said, body):
    namespace, message = said
    assert MECHANISM.public == PUBLIC
    assert MECHANISM.sign(message, namespace) == armor(body)
    verify(PUBLIC, message, armor(body), namespace)


def test_a_fingerprint_is_the_one_that_ssh_keygen_shows():
    assert fingerprint(PUBLIC) == "SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg"


def test_what_is_spoken_on_the_phone_is_the_beginning_of_what_sha256sum_says():
    assert spoken("age1jntmpydp7zwdz9aspyw085ckjcp743t7g2kj0td3pa8rcfkq796sc9uphx") == (
        "7926 adb7 0410 daaf 82d0 5a31 f1d7 23e5"
    )


@given(seed=st.binary(min_size=32, max_size=32), message=st.binary(), namespace=st.sampled_from(["a", "reply@nrm"]))
def test_what_is_signed_verifies(seed, message, namespace):
    signer = SshSigner(seed)
    armored = signer.sign(message, namespace)
    verify(signer.public, message, armored, namespace)
    assert parse(armored).public == signer.public


@given(message=st.binary(), other=st.binary())
def test_another_message_is_refused(message, other):
    if message != other:
        with pytest.raises(SignatureRefusedError, match="text or signature was altered"):
            verify(MECHANISM.public, other, MECHANISM.sign(message, "file"), "file")


def test_another_namespace_or_key_is_refused():
    with pytest.raises(SignatureRefusedError, match="the signature is not for `reply@nrm`"):
        verify(PUBLIC, b"hello\n", HELLO, "reply@nrm")
    with pytest.raises(SignatureRefusedError, match="the signature is of another key"):
        verify(STRANGER.public, b"hello\n", HELLO, "file")


@pytest.mark.parametrize(
    ("armored", "fault"),
    [
        (armor(SHA256), "another hash than `sha512`"),
        (armor(ECDSA), "the key is not of the type `ssh-ed25519`"),
        (rewritten(lambda blob: b"SSHSIX" + blob[6:]), "not an SSH signature of version 1"),
        (rewritten(lambda blob: blob[:9] + b"\2" + blob[10:]), "not an SSH signature of version 1"),
        (rewritten(lambda blob: blob.replace(b"\0\0\0\0\0\0\0\6sha512", b"\0\0\0\1x\0\0\0\6sha512")), "reserved field"),
        (rewritten(lambda blob: blob.replace(b"\4file", b"\0")), "no namespace"),
        (rewritten(lambda blob: blob + b"x"), "and nothing more"),
        (rewritten(lambda blob: blob[:-87] + b"\0\0\0\x54" + blob[-83:] + b"x"), "and nothing more"),
        (rewritten(lambda blob: blob.replace(b"file", b"fil\xff")), "no namespace"),
        (MECHANISM.sign(b"hello\n", "x" * 2000), "not an armored SSH signature"),
        (rewritten(lambda blob: blob[:-1]), "bytes of the signature are missing"),
        (rewritten(lambda blob: blob[:70]), "bytes of the signature are missing"),
        ("", "not an armored SSH signature"),
        (BEGIN + END, "not an armored SSH signature"),
        (HELLO + "\n", "not an armored SSH signature"),
        (" " + HELLO, "not an armored SSH signature"),
        (HELLO[:-1], "not an armored SSH signature"),
        (HELLO * 2, "not an armored SSH signature"),
        (HELLO.replace("\n", "\r\n"), "not an armored SSH signature"),
        (HELLO.replace("Q", "Q\n", 1), "not an armored SSH signature"),
        (BEGIN + "A" * 3000 + "\n" + END, "not an armored SSH signature"),
    ],
)
def test_what_is_not_exactly_a_signature_is_refused(armored, fault):
    with pytest.raises(SignatureRefusedError, match=fault):
        verify(PUBLIC, b"hello\n", armored, "file")


def test_lines_as_long_as_the_specification_recommends_are_read_too():
    text = "".join(HELLO.splitlines()[1:-1])
    verify(PUBLIC, b"hello\n", BEGIN + f"{text[:76]}\n{text[76:152]}\n{text[152:228]}\n{text[228:]}\n" + END, "file")


@given(at=st.integers(0, len(HELLO) - 1), letter=st.characters(max_codepoint=255))
def test_no_other_character_is_overlooked(at, letter):
    altered = HELLO[:at] + letter + HELLO[at + 1 :]
    if altered != HELLO:
        with pytest.raises(SignatureRefusedError):
            verify(PUBLIC, b"hello\n", altered, "file")


@given(st.text() | st.binary().map(lambda data: armor(base64.b64encode(b"SSHSIG\0\0\0\1" + data).decode())))
def test_any_text_is_refused_by_our_own_error(text):
    with pytest.raises(PackageError):
        verify(PUBLIC, b"hello\n", text, "file")


def test_a_key_of_another_length_is_no_key_and_none_is_ever_pickled():
    with pytest.raises(SignatureRefusedError, match="32 bytes long"):
        SshSigner(bytes(31))
    with pytest.raises(TypeError, match="never pickled"):
        pickle.dumps(SshSigner(SEED))
    with pytest.raises(SignatureRefusedError, match="ssh-ed25519"):
        raw_public(b"\0" * 51)


@pytest.mark.parametrize("public", ["", "ssh-rsa AAAA", PUBLIC + " comment", PUBLIC[:-1], "ssh-ed25519 " + "A" * 68])
def test_what_is_no_public_key_is_refused(public):
    with pytest.raises(SignatureRefusedError, match=r"no `ssh-ed25519 AAAA…` key"):
        verify(public, b"hello\n", HELLO, "file")


def test_allowed_signers_are_read_as_openssh_reads_them():
    lines = ["# whom we know", "", f"a.example,b.example {PUBLIC} a comment", f"{PUBLIC} me@here"]
    lines += [f'c.example namespaces="referral@nrm,file" {PUBLIC}']
    named, anybody, only = allowed_signers(lines)
    assert named.names == {"a.example", "b.example"}
    assert named.allows(PUBLIC, "anything")
    assert anybody.names is None
    assert (only.allows(PUBLIC, "file"), only.allows(PUBLIC, "reply@nrm")) == (True, False)
    assert not named.allows(public_text(bytes(32)), "file")


@pytest.mark.parametrize(
    "line",
    [
        "nobody",
        f"* {PUBLIC}",
        f"!a {PUBLIC}",
        f"a cert-authority {PUBLIC}",
        f'a valid-before="20260101" {PUBLIC}',
        f'namespaces="file" {PUBLIC}',
        "a ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQ",
        f"a {PUBLIC}AAAA",
        f"a b {PUBLIC}",
    ],
)
def test_a_line_that_we_cannot_keep_to_is_refused_and_not_overlooked(line):
    with pytest.raises(SignatureRefusedError, match="the line is not `NAME ssh-ed25519"):
        allowed_signers(["# first", line], "signers")

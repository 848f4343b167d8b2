"""`nrm package`: a service makes keys, opens a referral, and answers; nothing is written over or half written."""

import json
import re
import stat
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from sealed_packages import KNOWN, MECHANISM, OTHER_RECIPIENT, SENDER, STRANGER, header, package_files, sealed_package

from nrm.cli.package_keys import read_signer, write_folder
from nrm.errors import FileRefusedError
from nrm.referral.reply import read_reply


@pytest.fixture
def service(real_nrm, tmp_path):
    """A service with keys of its own, and ways to send it something and to ask `nrm package` about it."""
    folder = tmp_path / "keys"
    made = real_nrm("package", "keygen", folder)
    assert (made.code, made.err) == (0, "")
    age = (folder / "age.key.pub").read_text().strip()
    signers = tmp_path / "allowed_signers"
    signers.write_text(KNOWN[0] + "\n", encoding="utf-8")
    sent = tmp_path / "referral.age"

    def send(now=None, record=None, **changes):
        head = header(now or datetime.now(UTC), age=changes.pop("age", age), **changes)
        sent.write_bytes(sealed_package(head, record=record))
        return head

    def ask(verb, *more):
        return real_nrm("package", verb, sent, "--identity", folder / "age.key", "--signer", signers, *more)

    def answer(*more):
        return ask("reply", "--key", folder / "reply.key", "--out", tmp_path / "reply", *more)

    return SimpleNamespace(
        folder=folder, said=made, send=send, ask=ask, answer=answer, sent=sent, signers=signers, out=tmp_path / "opened"
    )


def test_keys_are_made_for_their_owner_only_and_read_out_on_the_phone(service):
    names = ["age.key", "age.key.pub", "reply.key", "reply.key.pub"]
    assert sorted(path.name for path in service.folder.iterdir()) == names
    assert {stat.S_IMODE(path.stat().st_mode) for path in service.folder.iterdir()} == {0o600}
    assert stat.S_IMODE(service.folder.stat().st_mode) == 0o700
    assert len(re.findall(r"^  (?:age  |reply)  (?:[0-9a-f]{4} ?){8}$", service.said.out, re.MULTILINE)) == 2
    secret = (service.folder / "age.key").read_text().splitlines()[-1]
    assert secret.startswith("AGE-SECRET-KEY-1")
    assert secret not in service.said.out


def test_keys_are_never_written_over(service, real_nrm):
    before = {path: path.read_bytes() for path in service.folder.iterdir()}
    said = real_nrm("package", "keygen", service.folder)
    assert (said.code, said.out) == (2, "")
    assert "there is something with that name already; name a new one; nothing is ever written over" in said.err
    assert {path: path.read_bytes() for path in service.folder.iterdir()} == before


def test_a_package_is_summed_up_and_its_record_shown_only_on_request(service):
    head = service.send()
    said = service.ask("open")
    assert (said.code, said.err) == (0, "")
    assert said.lines == [
        f"from      {SENDER}",
        "for       safe_shelter",
        "purpose   shelter, on the footing of consent",
        "groups    contact, health",
        f"sent      {head.sent_at:%Y-%m-%d %H:%M} UTC",
        f"until     {head.expires_at:%Y-%m-%d %H:%M} UTC",
        "files     plan.txt, referral.json",
        f"referral  {head.referral}",
        "signed by a key that you know, sealed for your key",
    ]
    shown = service.ask("open", "--show", "--again").out
    assert "+44 20 7946 0000" in shown
    assert "Vous n’êtes pas seule." in shown
    assert not service.out.exists()


def test_for_programs_the_record_is_there_only_on_request_too(service):
    head = service.send()
    assert json.loads(service.ask("open", "--json").out) == {
        "header": head.model_dump(mode="json"),
        "files": ["plan.txt", "referral.json"],
    }
    assert json.loads(service.ask("open", "--json", "--show", "--again").out)["record"]["health"] == {"pregnant": "yes"}


def test_a_revocation_says_so_first(service):
    service.send(kind="revocation")
    assert service.ask("open").lines[0].startswith("REVOKED: ")


def test_characters_that_steer_a_terminal_are_not_printed(service):
    service.signers.write_text(MECHANISM.public, encoding="utf-8")
    service.send(sender="evil\x1b[2J", record={"contact": {"note": "a\x9b2J\u202eb"}})
    said = service.ask("open", "--show")
    assert said.code == 0
    assert "from      evil\ufffd[2J" in said.lines
    assert '"note": "a\ufffd2J\ufffdb"' in said.out


def test_files_are_written_to_a_new_folder_for_their_owner_only(service):
    head = service.send()
    assert service.ask("open", "--out", service.out).code == 0
    assert {path.name: path.read_bytes() for path in service.out.iterdir()} == package_files(head)
    assert {stat.S_IMODE(path.stat().st_mode) for path in service.out.iterdir()} == {0o600}
    assert stat.S_IMODE(service.out.stat().st_mode) == 0o700


def test_a_folder_is_never_written_over_and_the_package_can_still_be_opened(service):
    service.send()
    service.out.mkdir()
    said = service.ask("open", "--out", service.out)
    assert said.code == 2
    assert "there is something with that name already" in said.err
    assert not list(service.out.iterdir())
    assert service.ask("open", "--out", service.out / "none" / "x").code == 2
    assert not [path for path in service.out.parent.iterdir() if path.name.endswith(".part")]
    assert service.ask("open", "--out", service.out.with_name("other")).code == 0


def test_a_package_that_comes_twice_is_refused_unless_you_know(service):
    service.send()
    assert service.ask("open").code == 0
    said = service.ask("open", "--out", service.out)
    assert (said.code, said.out) == (1, "")
    assert "a package with this message was opened before" in said.err
    assert said.err.endswith("REFUSED: nothing of it was opened\n")
    assert not service.out.exists()
    assert service.ask("open", "--again").code == 0
    assert service.ask("open").code == 1
    assert service.ask("open", "--seen", service.out.with_name("memory")).code == 0


def test_a_package_that_you_said_you_knew_counts_as_seen(service):
    service.send()
    assert service.ask("open", "--again").code == 0
    assert service.ask("open").code == 1


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda one: one.send(datetime.now(UTC) - timedelta(days=20)), "its time is over"),
        (lambda one: one.send(datetime.now(UTC) + timedelta(days=1)), "it was sent later than now"),
        (lambda one: one.signers.write_text(STRANGER.public), "signed with a key that you do not know"),
        (lambda one: one.send(sender="other.example/log"), "not known as a key of `other.example/log`"),
        (lambda one: one.sent.write_bytes(one.sent.read_bytes()[:-1]), "it was altered or cut short on its way"),
    ],
)
def test_a_package_that_may_not_be_used_leaves_with_1_and_writes_nothing(service, spoil, fault):
    service.send()
    spoil(service)
    said = service.ask("open", "--out", service.out, "--show")
    assert (said.code, said.out) == (1, "")
    assert fault in said.err
    assert not service.out.exists()
    assert not (service.folder / "seen").exists()


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda one: one.send(age=OTHER_RECIPIENT), "it was not sealed for this key"),
        (lambda one: one.sent.write_bytes(b"hello"), "it is not a file of age"),
    ],
)
def test_what_is_no_package_for_this_key_is_bad_input_and_programs_are_told_why(service, spoil, fault):
    service.send()
    spoil(service)
    said = service.ask("open", "--out", service.out, "--json")
    assert (said.code, service.out.exists()) == (2, False)
    found = json.loads(said.out)
    assert (found["refused"], [one["what"] for one in found["faults"]]) == (True, [fault])
    assert fault in said.err
    assert service.answer("--verb", "receive").code == 2


@pytest.mark.parametrize("verb", ["receive", "accept", "start", "complete"])
def test_an_answer_is_signed_and_says_one_word(service, verb):
    head = service.send()
    said = service.answer("--verb", verb)
    assert (said.code, said.err) == (0, "")
    path = service.out.with_name("reply")
    reply = read_reply(path.read_bytes(), read_signer(service.folder / "reply.key").public, datetime.now(UTC))
    assert (reply.referral, reply.message, reply.verb, reply.reason) == (head.referral, head.message, verb, None)
    again = service.answer("--verb", verb)
    assert (again.code, "nothing is ever written over" in again.err) == (2, True)


def test_a_decline_says_why(service):
    service.send()
    assert service.answer("--verb", "decline", "--reason", "no_capacity").code == 0
    assert b'"reason":"no_capacity"' in service.out.with_name("reply").read_bytes()


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--verb", "acept"], "`acept` is not a word of an answer; did you mean `accept`?"),
        (["--verb", "decline", "--reason", "nope"], "`nope` is not a word of an answer"),
        (["--verb", "decline"], "a reason belongs to `decline`, and only there"),
        (["--verb", "accept", "--reason", "too_far"], "a reason belongs to `decline`, and only there"),
    ],
)
def test_an_answer_with_other_words_is_refused(service, words, fault):
    service.send()
    said = service.answer(*words)
    assert (said.code, said.out) == (2, "")
    assert fault in said.err
    assert not service.out.with_name("reply").exists()


def test_nobody_is_taken_in_when_the_time_is_over_but_work_can_be_ended(service):
    service.send(datetime.now(UTC) - timedelta(days=20))
    for verb in ("receive", "accept"):
        said = service.answer("--verb", verb)
        assert (said.code, "its time is over" in said.err) == (1, True)
    assert service.answer("--verb", "complete").code == 0


def test_a_revocation_can_only_be_received(service):
    service.send(kind="revocation")
    said = service.answer("--verb", "accept")
    assert (said.code, "a revocation cannot be answered with `accept`" in said.err) == (2, True)
    assert service.answer("--verb", "receive").code == 0


def ecdsa():
    made = generate_private_key(SECP256R1())
    return made.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("age.key", b"", "there is not one secret key of age in it"),
        ("age.key", b"AGE-SECRET-KEY-1CANARY\n", "there is not one secret key of age in it"),
        ("age.key", None, "there is no such file"),
        ("reply.key", b"CANARY", "it is not an Ed25519 key of OpenSSH without passphrase"),
        ("reply.key", ecdsa(), "it is not an Ed25519 key of OpenSSH without passphrase"),
        ("../allowed_signers", b"# CANARY\n", "there is no key of a sender in it"),
        ("../allowed_signers", b"CANARY", "the line is not `NAME ssh-ed25519 AAAA"),
        ("../referral.age", None, "the file cannot be read: no such file or directory"),
    ],
)
def test_a_file_of_yours_that_cannot_be_used_leaves_with_2_and_is_not_shown(service, name, content, fault):
    service.send()
    path = service.folder / name
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    said = service.answer("--verb", "accept")
    assert (said.code, said.out) == (2, "")
    assert fault in said.err
    assert "CANARY" not in said.err


def test_a_secret_key_that_others_may_read_is_not_used(service):
    service.send()
    (service.folder / "age.key").chmod(0o640)
    said = service.ask("open")
    assert (said.code, "others than its owner may read or change it" in said.err) == (2, True)


def test_a_folder_is_written_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "opened"
    with pytest.raises(FileRefusedError, match="the folder cannot be written: no such file or directory"):
        write_folder(folder, {"first": b"CANARY", "a/b/c": b"second"})
    assert not list(tmp_path.iterdir())
    left = tmp_path / ".opened.part"
    left.mkdir()
    with pytest.raises(FileRefusedError, match=r"\.opened\.part: there is something with that name already"):
        write_folder(folder, {"first": b""})
    assert list(tmp_path.iterdir()) == [left]


def test_an_answer_that_cannot_be_written_is_said_to_be_so(service, tmp_path):
    service.send()
    own = ("--key", service.folder / "reply.key", "--verb", "accept")
    said = service.ask("reply", *own, "--out", tmp_path / "none" / "reply")
    assert said.code == 2
    assert "the file cannot be written: no such file or directory; name another" in said.err

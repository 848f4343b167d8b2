"""Stock `age`, `tar` and `ssh-keygen` judge our packages and replies, and we judge theirs."""

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sealed_packages import (
    IDENTITY,
    KNOWN,
    MECHANISM,
    NOW,
    RECIPIENT,
    RECORD,
    SEED,
    SENDER,
    header,
    naming,
    opened,
    package_files,
    sealed_package,
    stock_tools,
    write_age_key,
    write_ssh_key,
)

from nrm.cli.package_keys import new_keys, read_identity, read_signer
from nrm.referral.package import NAMESPACE, recipient_of
from nrm.referral.package_errors import (
    ExpiredError,
    MisaddressedError,
    NoPackageError,
    ReplayedError,
    SignatureRefusedError,
    TamperedPackageError,
)
from nrm.referral.reply import NAMESPACE as REPLY_NAMESPACE
from nrm.referral.reply import Reply, read_reply, sign_reply
from nrm.referral.seen import SeenMessages
from nrm.referral.ssh_keys import spoken

pytestmark = pytest.mark.age
DOCUMENT = Path(__file__).parents[2] / "docs/services.md"
SHELL = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STRICT_TAR = ["tar", "--format=ustar", "-cf"]


@pytest.fixture
def stock():
    return stock_tools()


@pytest.fixture
def service(tmp_path):
    """The folder of a service with its age key and the mechanism's key in `allowed_signers`."""
    write_age_key(tmp_path / "key.txt")
    (tmp_path / "allowed_signers").write_text(f"{SENDER} {MECHANISM.public}\n", encoding="utf-8")
    return tmp_path


def checked(stock, folder, signature="package.tar.sig", text="package.tar", who=SENDER, space=NAMESPACE):
    command = ["ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-I", who, "-n", space, "-s", signature]
    return stock(command, folder, stdin=(folder / text).read_bytes())


def test_stock_tools_open_and_verify_our_package(stock, service):
    files = package_files(head := header(), **{"attachments/plan.pdf": os.urandom(70_000)})
    (service / "package.age").write_bytes(
        sealed_package(head, **{"attachments/plan.pdf": files["attachments/plan.pdf"]})
    )
    done = stock(["age", "-d", "-i", "key.txt", "-o", "outer.tar", "package.age"], service)
    assert (done.code, done.err) == (0, "")
    done = stock(["tar", "xf", "outer.tar"], service)
    assert (done.code, done.err) == (0, "")
    done = checked(stock, service)
    assert done.code == 0
    assert done.out.startswith(f'Good "{NAMESPACE}" signature for {SENDER} with ED25519 key SHA256:'.encode())
    done = stock(["tar", "xf", "package.tar"], service)
    assert (done.code, done.err) == (0, "")
    for name, data in files.items():
        assert (service / name).read_bytes() == data
        assert (service / name).stat().st_mode & 0o777 == 0o600


def test_stock_tools_refuse_what_we_refuse(stock, service):
    sealed = sealed_package()
    assert stock(["age", "-d", "-i", "key.txt", "-o", "outer.tar"], service, stdin=sealed).code == 0
    for at in range(0, len(sealed), 2_503):
        altered = bytearray(sealed)
        altered[at] ^= 1
        assert stock(["age", "-d", "-i", "key.txt"], service, stdin=bytes(altered)).code != 0
        with pytest.raises((TamperedPackageError, NoPackageError, MisaddressedError)):
            opened(bytes(altered))
    assert stock(["tar", "xf", "outer.tar"], service).code == 0
    assert checked(stock, service).code == 0
    assert checked(stock, service, space=REPLY_NAMESPACE).code != 0
    assert checked(stock, service, who="somebody.else").code != 0
    (service / "package.tar").write_bytes((service / "package.tar").read_bytes().replace(b"pregnant", b"pregnanT"))
    assert checked(stock, service).code != 0


def made_by_stock_tools(stock, folder, files):
    """A package as somebody without our program would make it."""
    (folder / "attachments").mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    write_ssh_key(folder / "id", SEED)
    assert stock([*STRICT_TAR, "package.tar", *files], folder).code == 0
    signed = stock(["ssh-keygen", "-Y", "sign", "-f", "id", "-n", NAMESPACE, "package.tar"], folder)
    assert signed.code == 0, signed.err
    assert stock([*STRICT_TAR, "outer.tar", "package.tar", "package.tar.sig"], folder).code == 0
    sealed = stock(["age", "-r", RECIPIENT, "outer.tar"], folder)
    assert sealed.code == 0, sealed.err
    return sealed.out


def test_we_open_what_stock_tools_made_and_refuse_it_for_the_same_reasons(stock, service):
    attached = {"attachments/a.txt": b"for you\n"}
    head = naming(header(), attached)
    files = package_files(head, **attached)
    sealed = made_by_stock_tools(stock, service, files)
    seen = SeenMessages({})
    found = opened(sealed, seen=seen)
    assert (found.header, found.record, dict(found.files)) == (head, RECORD, files)
    with pytest.raises(ReplayedError):
        opened(sealed, seen=seen)
    with pytest.raises(ExpiredError):
        opened(sealed, now=NOW + timedelta(days=15))
    for at in range(0, len(sealed), 1_009):
        altered = bytearray(sealed)
        altered[at] ^= 1
        with pytest.raises((TamperedPackageError, NoPackageError, MisaddressedError)):
            opened(bytes(altered))


def test_we_open_what_age_armored_for_an_e_mail(stock, service):
    sealed = made_by_stock_tools(stock, service, package_files())
    inside = stock(["age", "-d", "-i", "key.txt"], service, stdin=sealed).out
    assert opened(stock(["age", "-a", "-r", RECIPIENT], service, stdin=inside).out).record == RECORD


def test_stock_age_meant_for_another_head_is_misaddressed(stock, service):
    _, other = (stock(["age-keygen"], service) for _ in range(2))
    identity = other.out.decode().splitlines()[-1]
    inside = stock(["age", "-d", "-i", "key.txt"], service, stdin=sealed_package()).out
    passed_on = stock(["age", "-r", recipient_of(identity)], service, stdin=inside).out
    with pytest.raises(MisaddressedError, match="meant for somebody with another key"):
        opened(passed_on, identity=identity)


def test_stock_ssh_keygen_signs_what_we_verify_and_the_other_way_round(stock, tmp_path):
    """Both directions with a key of each; Ed25519 gives one signature, so the two must even be equal."""
    assert stock(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "me@here", "-f", "id"], tmp_path).code == 0
    ours = read_signer(tmp_path / "id")
    assert (tmp_path / "id.pub").read_text() == f"{ours.public} me@here\n"
    for size in (0, 1, 64, 5_000):
        message = os.urandom(size)
        theirs = stock(["ssh-keygen", "-Y", "sign", "-f", "id", "-n", NAMESPACE], tmp_path, stdin=message)
        assert ours.sign(message, NAMESPACE) == theirs.out.decode()


def test_stock_ssh_keygen_verifies_a_reply_after_it_was_split(stock, tmp_path):
    for name, data in new_keys(datetime.now(UTC)).items():
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o600)
    signer = read_signer(tmp_path / "reply.key")
    reply = Reply(referral=header().referral, message=header().message, verb="receive", at=NOW, nonce=header().message)
    (tmp_path / "reply").write_bytes(sign_reply(reply, signer))
    for name, command in {"text": ["head", "-n", "1", "reply"], "sig": ["tail", "-n", "+2", "reply"]}.items():
        (tmp_path / name).write_bytes(stock(command, tmp_path).out)
    (tmp_path / "allowed_signers").write_text(f"shelter {signer.public}\n", encoding="utf-8")
    assert checked(stock, tmp_path, "sig", "text", "shelter", REPLY_NAMESPACE).code == 0
    (tmp_path / "text").write_bytes((tmp_path / "text").read_bytes().replace(b"receive", b"decline"))
    assert checked(stock, tmp_path, "sig", "text", "shelter", REPLY_NAMESPACE).code != 0
    with pytest.raises(SignatureRefusedError):
        read_reply((tmp_path / "reply").read_bytes().replace(b"receive", b"decline"), signer.public, NOW)


def test_stock_tools_use_the_keys_that_we_make(stock, tmp_path):
    made = new_keys(datetime.now(UTC))
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o600)
    assert stock(["age-keygen", "-y", "age.key"], tmp_path).out == made["age.key.pub"]
    assert stock(["ssh-keygen", "-y", "-f", "reply.key"], tmp_path).out.strip() == made["reply.key.pub"].strip()


def test_we_use_the_keys_that_stock_tools_make(stock, tmp_path):
    assert stock(["age-keygen", "-o", "age.key"], tmp_path).code == 0
    public = stock(["age-keygen", "-y", "age.key"], tmp_path).out.decode().strip()
    identity = read_identity(tmp_path / "age.key")
    assert recipient_of(identity) == public
    assert opened(sealed_package(header(age=public)), identity=identity, signers=KNOWN).record == RECORD
    assert identity != IDENTITY


def test_what_our_document_tells_a_service_to_type_works(stock, tmp_path):
    """Every block of shell commands in docs/services.md, in its order, with stock tools alone."""
    keys, phone, opening, split = SHELL.findall(DOCUMENT.read_text(encoding="utf-8"))
    done = stock(["sh", "-ec", keys], tmp_path)
    assert (done.code, done.out) == (0, b"")
    age = (tmp_path / "keys/age.key.pub").read_text().strip()
    signer = read_signer(tmp_path / "keys/reply.key")
    said = stock(["sh", "-ec", phone], tmp_path).out.decode().split()
    assert said == [spoken(age).replace(" ", ""), spoken(signer.public).replace(" ", "")]
    (tmp_path / "package.age").write_bytes(sealed_package(head := header(age=age)))
    (tmp_path / "allowed_signers").write_text(KNOWN[0] + "\n", encoding="utf-8")
    done = stock(["sh", "-ec", f"SENDER={SENDER}\n{opening}"], tmp_path)
    assert (done.code, done.err) == (0, "")
    assert b'Good "referral@nrm" signature for nrm.example.org/log' in done.out
    assert (tmp_path / "opened/referral.json").read_bytes() == package_files(head)["referral.json"]
    reply = Reply(referral=head.referral, message=head.message, verb="receive", at=NOW, nonce=head.message)
    (tmp_path / "answer").write_bytes(sign_reply(reply, signer))
    (tmp_path / "services").write_text(f"shelter {signer.public}\n", encoding="utf-8")
    done = stock(["sh", "-ec", split], tmp_path)
    assert b'Good "reply@nrm" signature for shelter' in done.out

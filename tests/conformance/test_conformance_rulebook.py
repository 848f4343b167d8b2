"""Stock `ssh-keygen` signs our statements and verifies our signatures; stock `tar` and `sha256sum` know our bundles."""

import hashlib
import json
from datetime import date

import pytest
from published import SIGNERS, archive, paper
from sealed_packages import stock_tools

from nrm.cli.package_keys import read_signer
from nrm.publishing.errors import NotSignedError
from nrm.publishing.officers import Officer, Officers
from nrm.publishing.statement import NAMESPACE

pytestmark = pytest.mark.age

ON = date(2026, 3, 1)


@pytest.fixture
def stock():
    return stock_tools()


@pytest.fixture
def made(stock, tmp_path):
    """A key of stock `ssh-keygen` and a statement beside it."""
    assert stock(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "a comment", "-f", "key"], tmp_path).code == 0
    (tmp_path / "statement.json").write_bytes(paper().text)
    return tmp_path


def officers(folder):
    public = (folder / "key.pub").read_text(encoding="utf-8").strip()
    words = {"name": "ada", "unit": "law_unit", "role": "author", "key": public, "from": "2026-01-01"}
    return Officers((Officer.model_validate_json(json.dumps(words)),))


def test_a_signature_of_stock_ssh_keygen_counts(stock, made):
    signed = stock(["ssh-keygen", "-Y", "sign", "-n", NAMESPACE, "-f", "key", "statement.json"], made)
    assert signed.code == 0, signed.err
    signature = (made / "statement.json.sig").read_text(encoding="utf-8")
    known = officers(made)
    assert known.signer(paper().text, signature, "author", ON).name == "ada"
    with pytest.raises(NotSignedError):
        known.signer(paper().text + b"\n", signature, "author", ON)


def test_a_signature_of_stock_ssh_keygen_for_something_else_does_not_count(stock, made):
    assert stock(["ssh-keygen", "-Y", "sign", "-n", "file", "-f", "key", "statement.json"], made).code == 0
    with pytest.raises(NotSignedError, match=NAMESPACE):
        officers(made).signer(paper().text, (made / "statement.json.sig").read_text(encoding="utf-8"), "author", ON)


def test_our_signature_is_verified_by_stock_ssh_keygen(stock, made):
    signer = read_signer(made / "key")
    (made / "ours.sig").write_text(signer.sign(paper().text, NAMESPACE), encoding="utf-8")
    (made / "allowed_signers").write_text(f"ada {signer.public}\nben {SIGNERS['ben'].public}\n", encoding="utf-8")
    verify = ["ssh-keygen", "-Y", "verify", "-f", "allowed_signers", "-n", NAMESPACE, "-s", "ours.sig", "-I"]
    assert stock([*verify, "ada"], made, stdin=paper().text).code == 0
    assert stock([*verify, "ben"], made, stdin=paper().text).code != 0


def test_stock_tar_lists_what_is_in_a_bundle_and_sha256sum_names_it(stock, made):
    (made / "bundle.tar.xz").write_bytes(archive())
    listed = stock(["tar", "-tJf", "bundle.tar.xz"], made)
    assert listed.code == 0, listed.err
    assert b"rules/care/shelter.yaml\n" in listed.out
    assert stock(["sha256sum", "bundle.tar.xz"], made).out.split()[0].decode() == paper().statement.bundle
    assert hashlib.sha256((made / "statement.json").read_bytes()).hexdigest() == paper().statement.name

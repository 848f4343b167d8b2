"""Stock `age`, `tar`, `ssh-keygen` and Python's own SHA-256 open a decision bundle and follow it to the log."""

import hashlib
import json

import pytest
from decision_bundles import IDENTITY, decided, exported
from fakes import write_rulebook
from offices import ORIGIN, new_office
from sealed_packages import stock_tools, write_age_key

from nrm.bootstrap import Application
from nrm.bootstrap_store import FileBooks
from nrm.casework.oversight.form import NAMESPACE
from nrm.referral.package import NAMESPACE as OF_REFERRALS

pytestmark = pytest.mark.age


def test_stock_tools_open_a_bundle_and_follow_it_to_its_entry(tmp_path):
    stock = stock_tools()
    office = new_office(tmp_path, books=FileBooks(Application(write_rulebook(tmp_path / "book"))))
    folder = tmp_path / "overseer"
    folder.mkdir()
    write_age_key(folder / "key.txt", IDENTITY)
    (folder / "bundle.age").write_bytes(exported(office, decided(office)))
    (folder / "signers").write_text(f'{ORIGIN} namespaces="{NAMESPACE}" {office.desk.counter.signer.public}\n')

    def ran(*command, stdin=b""):
        return stock(list(command), folder, stdin=stdin)

    def signed_for(space):
        return ran(
            *("ssh-keygen", "-Y", "verify", "-f", "signers", "-I", ORIGIN, "-n", space, "-s", "package.tar.sig"),
            stdin=(folder / "package.tar").read_bytes(),
        ).code

    assert ran("age", "-d", "-i", "key.txt", "-o", "outer.tar", "bundle.age").code == 0
    assert ran("tar", "xf", "outer.tar").code == 0
    assert signed_for(NAMESPACE) == 0
    assert signed_for(OF_REFERRALS) != 0
    assert ran("tar", "xf", "package.tar").code == 0
    head, entry = (json.loads((folder / name).read_bytes()) for name in ("bundle.json", "entry.json"))
    plan = hashlib.sha256((folder / "plan.json").read_bytes()).hexdigest()
    salted = hashlib.sha256(bytes.fromhex(head["salt"]) + f'{{"plan":"{plan}"}}'.encode()).hexdigest()
    assert salted == entry["decision"] == head["decision"]
    assert (head["rulebook"], entry["action"]) == (entry["rulebook"], "cli:decision:make")
    assert ran("tar", "tJf", "rulebook.tar.xz").out.startswith(b"rules/")

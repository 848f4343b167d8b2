"""The officers of the demonstration are two, of two units, and their keys are good for stock tools."""

from datetime import date

from published import paper

from nrm.cli.demo_made import PLAYERS
from nrm.cli.demo_officers import UNITS, officer_files
from nrm.cli.package_keys import read_signer
from nrm.publishing.officers import FILE, read_officers, two_officers
from nrm.publishing.statement import NAMESPACE

TODAY = date(2026, 3, 1)


def test_each_signs_with_the_key_that_lies_there_and_together_they_may_approve(tmp_path):
    for name, data in officer_files(TODAY).items():
        (tmp_path / name).write_bytes(data)
        (tmp_path / name).chmod(0o600)
    officers = read_officers(tmp_path / FILE)
    text = paper().text
    signed = {role: read_signer(tmp_path / role).sign(text, NAMESPACE) for role in UNITS}
    found = {role: officers.signer(text, signed[role], role, TODAY) for role in UNITS}
    two_officers(found["author"], found["approver"])
    assert {role: one.unit for role, one in found.items()} == UNITS


def test_their_units_are_those_of_the_accounts_that_hand_signatures_in():
    assert {one.name: one.unit for one in PLAYERS if one.unit} == UNITS

"""One working day of an office on both databases: every use case, what each leaves behind, and what is refused."""

import json

import pytest
from offices import ANA, CANARIES, ORIGIN, THEIRS, TestOffice, asked

from nrm.audit.note import Verifier
from nrm.audit.source import DirectorySource
from nrm.audit.verify import verify
from nrm.casework.cases import keep
from nrm.casework.errors import NoSuchCaseError, ShreddedError, StaleVersionError
from nrm.casework.ports import Installation
from nrm.casework.safe import OpenCase
from nrm.engine.canonical import canonical_plan
from nrm.storage.fit import Published, check_fit, check_published
from nrm.storage.store import SqlStore


@pytest.fixture
def office(engine, tmp_path):
    """An office on a real database."""
    made = TestOffice(tmp_path)
    ours = Installation(made.keys.keyring_id, ORIGIN, made.signer.vkey)
    office = made.on(SqlStore.begin(engine, ours))
    check_fit(engine, ours)
    return office


def test_a_working_day(office, engine):
    case = office.open().case
    assert office.open(ANA, asked(organisation=THEIRS)).duplicate
    assert office.amend(case, 1, "identity: {first_name: CanaryNew}\n").version == 2
    with pytest.raises(StaleVersionError):
        office.amend(case, 1, "identity: {first_name: CanaryLost}\n")
    assert json.loads(office.read(case, "identity")["identity"]) == {"first_name": "CanaryNew"}
    assert json.loads(office.read(case, "identity", version=1)["identity"])["first_name"] == "CanaryAna"
    made = office.decide(case, country="gb")
    assert canonical_plan(office.replay(case, made.decision).plan) == canonical_plan(made.plan)
    with pytest.raises(NoSuchCaseError):
        office.read(case, "identity", who=asked(organisation=THEIRS))
    told = office.history(case)
    assert [one.action.removeprefix("cli:") for one in told.events] == [
        *("case:open", "group:change", "group:read", "group:read", "decision:make", "decision:replay")
    ]
    assert [row.decision for row in told.decisions] == [made.decision]
    assert [row.case for row in keep.list_cases(office.desk, asked())] == [case]
    assert office.sequencer.run() == 11
    office.shred(case)
    with pytest.raises(ShreddedError):
        office.read(case, "identity")
    assert [(row.case, row.wrapped_key) for row in keep.list_cases(office.desk, asked())] == [(case, None)]
    assert office.sequencer.run() == 14
    assert [why for _, why in office.said()] == [
        *("done", "done", "done", "conflict", "done", "done", "done", "done", "other_organisation"),
        *("done", "done", "done", "case_shredded", "done"),
    ]
    found = verify(DirectorySource(office.log), Verifier(office.signer.vkey)).checkpoint
    check_published(engine, Published(found.size, found.root), lambda _entries: found.root)
    log = b"".join(office.leaves()).decode()
    assert not [word for word in (*CANARIES, str(case), case.hex) if word in log]


def test_a_restart_in_the_middle_carries_on(office, engine):
    case = office.open().case
    again = office.on(SqlStore(engine))
    assert json.loads(again.read(case, "identity")["identity"])["first_name"] == "CanaryAna"
    assert again.sequencer.run() == 2


def test_every_group_in_the_database_opens_at_its_place_and_nowhere_else(office):
    case = office.open().case
    office.amend(case, 1, "facts: {acts: [harbouring]}\n")

    def work(unit):
        open_ = OpenCase.of(unit.cases.get(case), office.keyring)
        rows = [group for row in unit.cases.versions(case, (1, 2)) for group in row.groups]
        assert sorted((row.version, row.group) for row in rows) == unit.cases.written(case)
        return [open_.open(row) for row in rows]

    assert len(office.store.run(work)) == 6

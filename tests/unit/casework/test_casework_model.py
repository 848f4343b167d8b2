"""Whatever people do in whatever order: each change has one entry, each entry its change, what is shredded is gone."""

import json
import tempfile
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule
from offices import OURS, THEIRS, asked, new_office

from nrm.access import ROLES, shipped
from nrm.casework.cases.kept_decision import open_decision
from nrm.casework.errors import DeniedError, NoSuchCaseError, ShreddedError, StaleVersionError
from nrm.casework.safe import OpenCase

ASKERS = st.builds(
    asked,
    st.sampled_from(sorted(ROLES)) | st.sampled_from(["caseworker", "supervisor"]),
    st.sampled_from([OURS, OURS, THEIRS]),
    st.sampled_from([UUID(int=11), UUID(int=12)]),
)
NAMES = st.sampled_from(["Ada", "Bea", "Cleo"])
SEEN = st.integers(0, 1)


class Known:
    """What the model knows of a case: whose it is, and the name that each version has; shredded: None."""

    def __init__(self, organisation, name):
        self.organisation = organisation
        self.names = [name]
        self.decided = []
        self.shredded = False


class UseCases(RuleBasedStateMachine):
    cases = Bundle("cases")

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.office = new_office(Path(self.folder.name))
        self.known = {}
        self.said = []

    def teardown(self):
        self.folder.cleanup()

    def attempt(self, verb, who, case, work, refusal=None):
        """Do it, and expect what the model says of it: the result, its error, and its one entry."""
        known = self.known.get(case)
        if not shipped().ever(who.role, verb):
            kind, why = DeniedError, "not_permitted"
        elif known and known.organisation != who.organisation:
            kind, why = NoSuchCaseError, "other_organisation"
        elif known and known.shredded:
            kind, why = ShreddedError, "case_shredded"
        else:
            kind, why = refusal or (None, "done")
        self.said.append((verb, why))
        if kind is None:
            return True, work()
        with pytest.raises(kind):
            work()
        return False, None

    @rule(target=cases, who=ASKERS, name=NAMES)
    def open(self, who, name):
        text = f"identity: {{first_name: {name}}}\nfacts: {{acts: [harbouring]}}\n"
        done, kept = self.attempt("case:open", who, None, lambda: self.office.open(text, who))
        if not done:
            return UUID(int=len(self.said))
        self.known[kept.case] = Known(who.organisation, name)
        return kept.case

    @rule(case=cases, who=ASKERS, name=NAMES, behind=SEEN)
    def amend(self, case, who, name, behind):
        if case not in self.known:
            return
        known = self.known[case]
        seen = len(known.names) - behind
        refusal = (StaleVersionError, "conflict") if behind else None
        text = f"identity: {{first_name: {name}}}\n"
        done, kept = self.attempt("group:change", who, case, lambda: self.office.amend(case, seen, text, who), refusal)
        if done:
            known.names.append(name)
            assert kept.version == len(known.names)

    @rule(case=cases, who=ASKERS, behind=st.integers(0, 3))
    def read(self, case, who, behind):
        known = self.known.get(case)
        version = max(1, len(known.names) - behind) if known else 1
        refusal = None if known else (NoSuchCaseError, "not_found")
        work = lambda: self.office.read(case, "identity", "health", who=who, version=version)  # noqa: E731
        done, found = self.attempt("group:read", who, case, work, refusal)
        if done:
            assert json.loads(found["identity"]) == {"first_name": known.names[version - 1]}

    @rule(case=cases, who=ASKERS)
    def decide(self, case, who):
        refusal = None if case in self.known else (NoSuchCaseError, "not_found")
        done, made = self.attempt("decision:make", who, case, lambda: self.office.decide(case, who), refusal)
        if done:
            assert made.version == len(self.known[case].names)
            self.known[case].decided.append(made.decision)

    @rule(case=cases, who=ASKERS)
    def shred(self, case, who):
        refusal = None if case in self.known else (NoSuchCaseError, "not_found")
        if self.attempt("case:shred", who, case, lambda: self.office.shred(case, who), refusal)[0]:
            self.known[case].shredded = True

    @rule(case=cases, who=ASKERS)
    def history(self, case, who):
        refusal = None if case in self.known else (NoSuchCaseError, "not_found")
        done, told = self.attempt("case:read", who, case, lambda: self.office.history(case, who), refusal)
        if done:
            known = self.known[case]
            assert [version for version, group in told.versions if group == "identity"] == list(
                range(1, len(known.names) + 1)
            )
            assert {row.decision for row in told.decisions} == set(known.decided)
            changes = [one.details["version"] for one in told.events if one.action.endswith((":open", ":change"))]
            assert changes == list(range(1, len(known.names) + 1))

    @rule()
    def publish(self):
        assert self.office.sequencer.run() == len(self.said)

    @invariant()
    def every_attempt_has_one_entry_and_every_entry_its_attempt(self):
        assert self.office.said() == self.said

    @invariant()
    def the_store_has_what_the_model_has(self):
        state = self.office.store.state
        assert {case: row.version for case, row in state.cases.items()} == {
            case: len(known.names) for case, known in self.known.items()
        }
        assert set(state.decisions) == {
            (case, decision) for case, known in self.known.items() if not known.shredded for decision in known.decided
        }

    @invariant()
    def nothing_of_a_shredded_case_is_left_that_a_key_could_open(self):
        state = self.office.store.state
        for case, known in self.known.items():
            if known.shredded:
                assert state.cases[case].wrapped_key is None
                assert not [key for key in (*state.versions, *state.details, *state.marks) if key[0] == case]
                assert case not in state.facts

    @invariant()
    def every_decision_opens_at_its_own_place(self):
        state = self.office.store.state
        for (case, decision), row in state.decisions.items():
            kept = open_decision(OpenCase.of(state.cases[case], self.office.keyring), row)
            assert kept["decision"] == str(decision)


TestUseCases = UseCases.TestCase
TestUseCases.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)

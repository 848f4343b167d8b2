"""A record of unique strings: only those of permitted groups are found in a package, and all of those are."""

import re

import pytest
from fakes import REAL
from hypothesis import given
from hypothesis import strategies as st
from sharing import head, packed, speaker

from nrm.bootstrap import Application
from nrm.case.fields import Part
from nrm.case.record import CaseRecord
from nrm.case.template import shape
from nrm.referral.contents import revocation
from nrm.referral.disclosure import Permission
from nrm.referral.document import read_document

CANARY = re.compile("zq[a-z]+[0-9]+xw")
WORDS = Application(REAL).files.vocabulary


class Nest:
    """Makes canaries, one for each field, and remembers of which group each is."""

    def __init__(self):
        self.group_of = {}

    def canary(self, group):
        made = f"zq{group}{len(self.group_of)}xw"
        self.group_of[made] = group
        return made

    def part(self, kind, group):
        """Fill every field of a part, deep down, whatever it is meant to hold; lists get two entries."""
        return {name: self.field(field.annotation, group) for name, field in kind.model_fields.items()}

    def field(self, annotation, group):
        found = shape(annotation)
        is_part = isinstance(found.kind, type) and issubclass(found.kind, Part)
        entries = [self.part(found.kind, group) if is_part else self.canary(group) for _ in range(1 + found.many)]
        return entries if found.many else entries[0]

    def facts(self):
        """Every fact of the vocabulary with a sound value, and canaries where somebody may have typed a name."""
        given = {self.canary("typed"): "yes", "indicators": ["confinement", self.canary("typed")]}
        for name, fact in WORDS.facts.items():
            given.setdefault(name, [*list(fact.values)[:1], self.canary("typed")] if hasattr(fact, "values") else "1")
        return given


NEST = Nest()
RECORD = {
    group: NEST.facts() if group == "facts" else NEST.part(shape(field.annotation).kind, group)
    for group, field in CaseRecord.model_fields.items()
}


def allowed(code, groups):
    said = WORDS.disclosures[code]
    return Permission(code, said.recipient, said.purpose, said.basis, said.duty, tuple(groups), (), None, ("§1",))


def found_in(files):
    plain = b"\n".join(files.values()).decode()
    return {canary: NEST.group_of[canary] for canary in CANARY.findall(plain)}


def test_every_group_of_the_record_and_its_envelope_has_canaries():
    assert set(NEST.group_of.values()) == {*CaseRecord.model_fields, "typed"} - {"facts"}
    assert len(NEST.group_of) > 300


@given(st.sampled_from(sorted(WORDS.disclosures)), st.data())
def test_only_and_all_canaries_of_the_permitted_groups_are_in_the_package(code, data):
    groups = data.draw(st.lists(st.sampled_from(WORDS.disclosures[code].groups), unique=True))
    files = packed(allowed(code, groups), RECORD, WORDS)
    wanted = {canary: group for canary, group in NEST.group_of.items() if group in groups}
    assert found_in(files) == wanted
    _, record = read_document(files["referral.json"])
    facts = {name for name, fact in WORDS.facts.items() if fact.group in groups} if "facts" in groups else set()
    assert set(record.get("facts", {})) == facts


@pytest.mark.parametrize("code", sorted(WORDS.disclosures))
def test_a_revocation_holds_no_canary(code):
    header = head(allowed(code, WORDS.disclosures[code].groups), kind="revocation")
    assert found_in(revocation(header, speaker(WORDS))) == {}

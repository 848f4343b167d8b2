"""Our own rulebook on the people of published court cases: no group reaches a recipient that no rule gave it."""

from datetime import date

import pytest
from fakes import REAL, REPOSITORY
from sharing import answer, head, permitted, speaker

from nrm.bootstrap import Application, case_document
from nrm.casework.cases.record import checked, parts_of
from nrm.referral.contents import contents, pick
from nrm.referral.disclosure import Permission, Withheld
from nrm.referral.document import read_document

FOLDER = REPOSITORY / "tests" / "rules" / "court_cases"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml") if not path.name.endswith(".expected.yaml"))
ON = date(2026, 3, 1)
NEVER_TOLD = {"immigration_enforcement", "accused_person", "media", "employer"}

every_case = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def application():
    return Application(REAL)


@pytest.fixture(scope="module")
def words(application):
    return application.files.vocabulary


@pytest.fixture(scope="module")
def plans(application):
    engine = application.engine(ON)
    return {name: engine.decide(application.facts(document(name), ON), ON) for name in NAMES}


@pytest.fixture(scope="module")
def yes_to_everything(words):
    pairs = {(said.purpose, said.recipient) for said in words.disclosures.values()}
    return [answer(*pair, number=number) for number, pair in enumerate(sorted(pairs), start=1)]


def document(name):
    return case_document(str(FOLDER / f"{name}.yaml"))


def every_permission(plan, words, ledger):
    return {code: permitted(plan, words, ledger, code) for code in words.disclosures}


@every_case
def test_a_person_who_agrees_to_everything_discloses_what_rules_give_and_no_more(name, plans, words, yes_to_everything):
    found = every_permission(plans[name], words, yes_to_everything)
    sent = {code: one for code, one in found.items() if isinstance(one, Permission)}
    assert sent.keys() <= plans[name].codes("disclosure")
    assert {code: set(one.groups) for code, one in sent.items()} == {
        code: set(words.disclosures[code].groups) for code in sent
    }
    assert not NEVER_TOLD & {one.recipient for one in sent.values()}
    assert {one.why for code, one in found.items() if code not in sent} <= {"not_in_plan", "barred"}


@every_case
def test_no_recipient_gets_a_group_that_the_rules_in_this_plan_do_not_give_it(name, plans, words, yes_to_everything):
    given = {}
    for line in plans[name].of("disclosure"):
        said = words.disclosures[line.code]
        given.setdefault(said.recipient, set()).update(said.groups)
    parts = parts_of(checked(document(name)))
    for one in every_permission(plans[name], words, yes_to_everything).values():
        if isinstance(one, Permission):
            files = contents(head(one), pick(parts, one), speaker(words))
            header, record = read_document(files["referral.json"])
            assert record.keys() <= given[header.recipient.kind]
            told = {words.facts[fact].group for fact in record.get("facts", {})}
            assert told <= given[header.recipient.kind]


@every_case
def test_a_person_who_agrees_to_nothing_keeps_every_line_and_only_duties_disclose(name, plans, words):
    pairs = {(said.purpose, said.recipient) for said in words.disclosures.values()}
    no = [answer(*pair, (), state="refused", number=number) for number, pair in enumerate(sorted(pairs), start=1)]
    for code, one in every_permission(plans[name], words, no).items():
        if words.disclosures[code].basis == "duty":
            assert one == permitted(plans[name], words, [], code)
        else:
            assert isinstance(one, Withheld)
            assert one.why == ("refused" if code in plans[name].codes("disclosure") else "not_in_plan")


def test_the_court_cases_try_most_disclosures(plans, words, yes_to_everything):
    sent = {
        code
        for plan in plans.values()
        for code, one in every_permission(plan, words, yes_to_everything).items()
        if isinstance(one, Permission)
    }
    assert len(sent) > len(words.disclosures) / 2

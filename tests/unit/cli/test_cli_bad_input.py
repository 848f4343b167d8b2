"""Input that cannot be used: exit code 2, one line for each fault with its place, all of them, and nobody's data."""

import re

import pytest

ON = ("--on", "2026-03-01")
LINE = re.compile(r"error: .+: .+")
CANARIES = ("Marisol", "Quesada", "marisol@example.org", "+44 7700 900123", "Elm Street")

BAD_CASES = {
    "an unknown fact": ("facts:\n  age_staus: child\n", [":2: `age_staus` is not a fact; did you mean `age_status`?"]),
    "an unknown value": (
        "facts:\n  age_status: chlid\n",
        [":2: `chlid` is not a value of `age_status`; did you mean `child`?"],
    ),
    "a list where one value belongs": (
        "facts:\n  age_status: [child]\n",
        [":2: `age_status` needs one value; valid here: `adult`, `child`, `uncertain`, `unknown`"],
    ),
    "a number that is none": (
        "facts:\n  days_detained: many\n",
        [":2: `days_detained` has a value that cannot be used; write a whole number from 0 to 365, or `unknown`"],
    ),
    "a number of thousands of digits": (
        f"facts:\n  days_detained: {'9' * 5000}\n",
        [":2: `days_detained` has a value that cannot be used; write a whole number from 0 to 365, or `unknown`"],
    ),
    "several faults at once": (
        "facts:\n  signs: [dbt, threats]\n  age_status: chlid\n  helps: yes\n",
        [
            ":2: `dbt` is not a value of `signs`; did you mean `debt`?",
            ":3: `chlid` is not a value of `age_status`; did you mean `child`?",
            ":4: what stands here is not a fact; valid here: `age_status`",
        ],
    ),
    "an unknown group": ("fcats: {}\n", [":1: this line is not known here; did you mean `facts`?"]),
    "a list instead of groups": ("- facts\n", [":1: the file must be `key: value` lines"]),
    "a date that is none": (
        "case:\n  opened: 31 January\n",
        [":2: `case.opened` is not a date; write it as `2026-01-31`"],
    ),
    "a key that stands twice": (
        "facts: {}\nfacts: {}\n",
        [":2: this key stands twice in one place (first on line 1); keep one"],
    ),
    "broken YAML": ("facts: [debt\ncase: {}\n", [":2: the YAML is broken here"]),
    "an anchor": ("facts: &x {}\n", [":1: an anchor (`&…`) is not allowed; write the value out"]),
    "another encoding": (
        "identity: {first_name: Zoë}\n".encode("latin-1"),
        [":1: the file is not UTF-8 text; save it as UTF-8"],
    ),
}


@pytest.mark.parametrize("command", [("decide",), ("case", "facts"), ("explain",)], ids=" ".join)
@pytest.mark.parametrize(("text", "faults"), BAD_CASES.values(), ids=list(BAD_CASES))
def test_every_fault_of_a_case_is_one_line_with_its_place(nrm, case, command, text, faults):
    path = case(text)
    said = nrm(*command, path, *(("shelter",) if command == ("explain",) else ()), *ON)
    assert (said.code, said.out) == (2, "")
    lines = said.err.splitlines()
    assert len(lines) == len(faults)
    for line, fault in zip(lines, faults, strict=True):
        assert line.startswith(f"error: {path}{fault}")


def test_a_case_from_standard_input_is_named_so(nrm):
    said = nrm("decide", "-", *ON, stdin=b"facts: {age_status: chlid}\n")
    assert said.code == 2
    assert said.err.startswith("error: standard input:1: `chlid` is not a value of `age_status`")


@pytest.mark.parametrize(
    ("name", "fault"), [("nowhere.yaml", "there is no such file; check the path"), ("", "this is a folder, not a file")]
)
def test_a_case_that_cannot_be_read_is_told(nrm, tmp_path, name, fault):
    said = nrm("decide", tmp_path / name, *ON)
    assert said.code == 2
    assert said.err.startswith(f"error: {tmp_path / name}: {fault}")


CIRCLE = "`treated_as_child` -> `suspected` -> `treated_as_child`"
RULE = "rules/care/shelter.yaml"
BAD_RULES = {
    "an unknown finding": (
        {RULE: ("finding: suspected", "finding: suspectde")},
        [f"{RULE}:8: `suspectde` is not a finding of the vocabulary; did you mean `suspected`?"],
    ),
    "an unknown fact": (
        {"rules/identification/suspected.yaml": ("fact: signs", "fact: sings")},
        ["rules/identification/suspected.yaml:8: `sings` is not a fact of the vocabulary; did you mean `signs`?"],
    ),
    "an unknown value": (
        {"rules/child/treated_as_child.yaml": ("child, uncertain", "child, uncertian")},
        ["rules/child/treated_as_child.yaml:10: `uncertian` is not a value of `age_status`; did you mean `uncertain`?"],
    ),
    "an unknown field": (
        {RULE: ("owner: policy-unit", "ownr: policy-unit")},
        [f"{RULE}:1: `owner` is missing", f"{RULE}:5: `ownr` is not known here; did you mean `owner`?"],
    ),
    "a duplicate key": (
        {RULE: ("owner: policy-unit", "owner: policy-unit\nowner: somebody")},
        [f"{RULE}:6: the key `owner` stands twice in one place (first on line 5); keep one"],
    ),
    "versions that overlap": (
        {"rules/care/doctor.yaml": ("from: 2026-07-01", "from: 2025-12-01")},
        ["rules/care/doctor.yaml:17: the version from `2025-12-01` overlaps the one above it"],
    ),
    "findings in a circle": (
        {"rules/identification/suspected.yaml": ("{fact: signs, includes: any}", "{finding: treated_as_child}")},
        [f"rules/child/treated_as_child.yaml:6: findings go round in a circle: {CIRCLE}"],
    ),
    "broken YAML": (
        {RULE: ("sources: [A/TEST/1 §1]", "sources: [A/TEST/1 §1")},
        [f"{RULE}:4: the YAML is broken here"],
    ),
    "faults in several files": (
        {
            RULE: ("offer: shelter", "offer: sheltr"),
            "rules/identification/suspected.yaml": ("fact: signs", "fact: sings"),
        },
        [
            f"{RULE}:10: `sheltr` is not an offer of the vocabulary; did you mean `shelter`?",
            "rules/identification/suspected.yaml:8: `sings` is not a fact of the vocabulary; did you mean `signs`?",
        ],
    ),
}
COMMANDS = [
    ("rules", "check"),
    ("rules", "list", *ON),
    ("rules", "show", "doctor", *ON),
    ("seeds", "coverage"),
    ("case", "new"),
    ("decide", "-", *ON),
    ("explain", "-", "shelter", *ON),
]


@pytest.mark.parametrize(("changes", "faults"), BAD_RULES.values(), ids=list(BAD_RULES))
def test_every_fault_of_the_rules_is_one_line_with_its_place(nrm_with, changes, faults):
    said = nrm_with(changes)("rules", "check")
    assert (said.code, said.out) == (2, "")
    *lines, last = said.err.splitlines()
    assert last == f"nothing was loaded: {len(lines)} problem(s)"
    for fault in faults:
        assert any(fault in line for line in lines), said.err
    for line in lines:
        assert re.match(r"error: (rules|seeds)/[^ ]+: ", line)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_command_works_with_half_a_rulebook(nrm_with, arguments):
    said = nrm_with({RULE: ("offer: shelter", "offer: sheltr")})(*arguments)
    assert (said.code, said.out) == (2, "")
    assert f"error: {RULE}:10: `sheltr` is not an offer" in said.err


@pytest.mark.parametrize("option", ["--rules", "--seeds"])
def test_a_folder_that_is_not_there_is_told_with_what_to_do(nrm, tmp_path, option):
    said = nrm("rules", "check", option, tmp_path / "nowhere")
    assert said.code == 2
    assert "there is no such folder; name the folder with --rules and --seeds" in said.err


PERSONAL = {
    "as the name of a fact": "facts:\n  Marisol Quesada: yes\n  marisol@example.org: yes\n",
    "as a value": "facts:\n  age_status: Marisol Quesada\n  signs: [Elm Street, marisol@example.org]\n",
    "as a number": "facts: {days_detained: +44 7700 900123}\n",
    "as a group": "Marisol Quesada: yes\n",
    "as a field": "identity: {Marisol Quesada: yes}\n",
    "in a wrong place": "identity: Marisol Quesada\nhealth: [Elm Street]\n",
    "in a date": "identity: {birth_date: Marisol Quesada}\ncase: {opened: +44 7700 900123}\n",
    "in a word of a list": "identity: {gender: Marisol, citizenships: [Quesada]}\n",
    "in two places that disagree": (
        "identity: {first_name: Marisol, birth_date: 1990-01-01, age_as_stated: Elm Street}\nfacts: {Quesada: x}\n"
    ),
    "beside broken YAML": "identity: {first_name: Marisol, last_name: Quesada\nfacts: [+44 7700 900123]\n",
    "twice": "identity: {first_name: Marisol}\nidentity: {last_name: Quesada}\n",
    "under a key twice": "Marisol Quesada: 1\nMarisol Quesada: 2\n",
    "in an alias": "identity: &Marisol {}\nhealth: *Marisol\n",
}


@pytest.mark.parametrize("command", [("decide",), ("case", "facts"), ("explain",)], ids=" ".join)
@pytest.mark.parametrize("text", PERSONAL.values(), ids=list(PERSONAL))
def test_no_error_repeats_what_may_be_personal(nrm, case, command, text):
    said = nrm(*command, case(text), *(("shelter",) if command == ("explain",) else ()), *ON)
    assert said.code == 2
    assert said.err
    for canary in CANARIES:
        assert canary.lower() not in (said.out + said.err).lower()


def test_a_full_record_is_decided_without_a_word_of_it_on_either_stream(nrm, case):
    path = case(
        "identity: {first_name: Marisol, last_name: Quesada}\n"
        "contact: {current_town: Elm Street}\n"
        "account: {journey: 'marisol@example.org, +44 7700 900123'}\n"
        "facts: {signs: [debt], family_risk: yes}\n"
    )
    for detail in ("--short", "--reasons", "--json"):
        said = nrm("decide", path, *ON, detail)
        assert said.code == 0
        for canary in CANARIES:
            assert canary not in said.out + said.err

"""`nrm case` for stored cases: each command, who may, what is printed, and what is never printed."""

import json
from uuid import UUID, uuid4

import pytest
import yaml
from homes import RECORD, secret_file, settle

from nrm.textfile import read_bytes


@pytest.fixture
def nrm(real_nrm, made, home, small, monkeypatch):
    """Run `nrm` on a copy of the installation, as Anna, a caseworker."""
    settle(monkeypatch, small, home, made.passphrase)
    return real_nrm


@pytest.fixture
def log(nrm):
    """What the log says last: verb, and result or reason."""

    def last(number=1):
        entries = json.loads(nrm("audit", "tail", "--json").out)[-number:]
        return [(one["action"].removeprefix("cli:"), one.get("why", one["result"])) for one in entries]

    return last


def read(text):
    """The text as the program reads it: every value is text."""
    return read_bytes(text.encode(), "shown").data


def refused(said, code, what):
    assert (said.code, said.out) == (code, "")
    assert what in said.err
    assert "Traceback" not in said.err
    assert "the program itself failed" not in said.err
    assert "Canary" not in said.err


def test_a_case_is_opened_and_its_identifier_printed(nrm, case, log):
    said = nrm("case", "open", case(RECORD))
    assert (said.code, said.err) == (0, "")
    assert UUID(said.lines[0].split()[1]).version == 4
    assert said.lines == [f"case {said.lines[0].split()[1]} · version 1"]
    assert log() == [("case:open", "done")]


def test_for_programs_it_is_printed_as_json(nrm, case):
    contact = 'contact: {channels: [{kind: email, address: "no address"}]}\n'
    said = nrm("case", "open", case("facts: {signs: [debt]}\n"), "--json")
    assert json.loads(said.out).keys() == {"case", "version", "duplicate", "not_compared"}
    refused(nrm("case", "open", case(contact + "facts: {signs: [debts]}\n")), 2, "case.yaml:2: ")


def test_it_is_taken_from_standard_input(nrm):
    said = nrm("case", "open", "-", "--json", stdin=RECORD.encode())
    assert json.loads(said.out)["version"] == 1


def test_a_second_case_with_the_same_number_is_announced_and_no_more(nrm, case):
    record = case("identity: {identity_numbers: [{kind: passport, number: CA 4711001}, {number: none}]}\n")
    first = nrm("case", "open", record)
    second = nrm("case", "open", record, "--organisation", "Shelter B")
    assert "already has a case" not in first.out
    assert second.lines[1:] == [
        "an organisation already has a case with this identifier; ask the coordinator",
        "1 identifier(s) could not be compared; write phone numbers with their country",
        "code",
    ]
    assert first.lines[0].split()[1] not in second.out
    assert json.loads(nrm("case", "open", record, "--json").out)["duplicate"] is True


def test_groups_are_shown_as_yaml_that_can_be_taken_in_again(nrm, made, case, log):
    said = nrm("case", "show", made.case, "--group", "facts", "--group", "account", "--group", "facts")
    assert (said.code, said.err) == (0, "")
    assert read(said.out) == {k: read(RECORD)[k] for k in ("account", "facts")}
    assert log() == [("group:read", "done")]
    assert nrm("case", "amend", made.case, case(said.out), "--seen", 1).code == 0


def test_groups_are_shown_as_json(nrm, made):
    said = nrm("case", "show", made.case, "--group", "identity", "--group", "health", "--json")
    assert json.loads(said.out) == {"identity": {"first_name": "CanaryAna"}}


def test_a_group_that_was_never_written_says_so_and_is_an_entry(nrm, made, log):
    assert nrm("case", "show", made.case, "--group", "health").out == "nothing is written there\n"
    assert log() == [("group:read", "done")]


def test_what_a_person_wrote_with_odd_letters_is_shown_as_it_was(nrm, case):
    story = "no: \u0645\u0631\u062d\u0628\u0627 'yes' # - \U0001f600 2026-01-01 " + "x" * 100
    record = case(json.dumps({"account": {"journey": story}}))
    opened = json.loads(nrm("case", "open", record, "--json").out)["case"]
    said = nrm("case", "show", opened, "--group", "account")
    assert yaml.safe_load(said.out) == {"account": {"journey": story}}


@pytest.mark.parametrize("group", ["log", "packed", "CanaryAna"])
def test_what_is_no_group_is_refused_without_its_word(nrm, made, group):
    refused(nrm("case", "show", made.case, "--group", group), 2, "--group: a name is no group; the groups are `case`,")
    several = nrm("case", "show", made.case, "--group", group, "--group", "CanaryOther", "--group", "identity")
    refused(several, 2, "--group: 2 of the names are no groups; the groups are `case`,")


def test_an_amendment_makes_a_version_and_the_old_one_can_be_shown(nrm, made, case, log):
    said = nrm("case", "amend", made.case, case("identity: {first_name: Renamed}\n"), "--seen", 1)
    assert said.out == f"case {made.case} · version 2\n"
    assert json.loads(nrm("case", "show", made.case, "--group", "identity", "--version", 1, "--json").out) == {
        "identity": {"first_name": "CanaryAna"}
    }
    late = nrm("case", "amend", made.case, case("identity: {first_name: CanaryLost}\n"), "--seen", 1)
    refused(late, 2, "you saw version `1`, it has version `2`; look at it again")
    assert log() == [("group:change", "conflict")]
    refused(nrm("case", "show", made.case, "--group", "identity", "--version", 3), 2, "has versions `1` to `2`")


def test_a_decision_is_made_kept_and_replayed(nrm, made):
    said = nrm("case", "decide", made.case, "--on", "2026-03-01")
    assert said.code == 0
    assert "Shelter" in said.out
    decision = said.lines[-1].split()[1]
    assert said.lines[-1] == f"decision {decision} · version 1"
    again = nrm("case", "replay", made.case, decision)
    assert " ".join(again.out.split()) == f"replayed: decision {decision} comes out byte for byte"
    machine = json.loads(nrm("case", "replay", made.case, made.decision, "--json").out)
    assert (machine["decision"], machine["replayed"], len(machine["rulebook"])) == (made.decision, True, 64)


def test_a_decision_of_another_case_or_of_none_is_not_replayed(nrm, made, case):
    other = json.loads(nrm("case", "open", case(RECORD), "--json").out)["case"]
    refused(nrm("case", "replay", other, made.decision), 2, "there is no such case or decision")
    refused(
        nrm("case", "replay", made.case, "CanaryAna"),
        2,
        "DECISION: this is not an identifier; use what `nrm case history`",
    )


def test_a_country_or_a_day_without_rules_is_refused(nrm, made, log):
    refused(nrm("case", "decide", made.case, "--country", "zz"), 2, "`zz`")
    refused(nrm("case", "decide", made.case, "--on", "2020-01-01"), 2, "no rule is in force on `2020-01-01`")
    assert log(2) == [("decision:make", "input_refused")] * 2
    refused(nrm("case", "decide", made.case, "--on", "soon"), 2, "`soon` is not a date")


def test_history_shows_what_happened_to_people_and_programs(nrm, made):
    said = nrm("case", "history", made.case)
    assert said.lines[0].split() == ["time", "(UTC)", "action", "result", "role", "groups"]
    assert [line.split()[2] for line in said.lines if "cli:" in line] == ["cli:case:open", "cli:decision:make"]
    assert f"decision {made.decision} on 2026-03-01 · version 1 · rulebook" in " ".join(said.lines)
    machine = json.loads(nrm("case", "history", made.case, "--json").out)
    assert machine.keys() == {"versions", "decisions", "events"}
    assert machine["decisions"][0].keys() == {
        "decision",
        "version",
        "made",
        "on",
        "country",
        "rulebook",
        "digest",
        "disputed",
    }
    assert machine["events"][0].keys() == {"event", "time", "action", "result", "role", "groups", "details"}
    assert machine["events"][-1]["action"] == "cli:case:read"
    assert {"version": 1, "group": "identity"} in machine["versions"]
    assert "Canary" not in said.out + json.dumps(machine)


def test_a_list_opens_nothing_and_goes_on_behind_a_case(nrm, made, case):
    other = json.loads(nrm("case", "open", case(RECORD), "--json").out)["case"]
    first, last = sorted((made.case, other))
    said = nrm("case", "list")
    assert [line.split()[0] for line in said.lines[1:-1]] == [first, last]
    assert said.lines[-1] == "2 cases"
    rows = json.loads(nrm("case", "list", "--after", first, "--json").out)
    assert [row["case"] for row in rows] == [last]
    assert rows[0].keys() == {"case", "version", "opened", "changed", "shredded"}
    assert json.loads(nrm("case", "list", "--most", 1, "--json").out)[0]["case"] == first
    assert nrm("case", "list", "--organisation", "Shelter B").lines[-1] == "0 cases"
    refused(nrm("case", "list", "--after", "CanaryAna"), 2, "CASE: this is not an identifier")


def test_a_case_is_shredded_after_a_yes_and_never_opened_again(nrm, made, monkeypatch, log):
    monkeypatch.setenv("NRM_ROLE", "supervisor")
    no = nrm("case", "shred", made.case, stdin=b"n\n")
    assert (no.code, no.out) == (1, "")
    assert no.err.endswith("nothing was shredded\n")
    assert nrm("case", "shred", made.case).code == 1  # silence is no yes
    assert nrm("case", "show", made.case, "--group", "identity").code == 0
    yes = nrm("case", "shred", made.case, stdin=b"y\n")
    assert yes.code == 0
    assert yes.out.startswith("shredded: its key is destroyed here")
    refused(nrm("case", "show", made.case, "--group", "identity"), 2, "the case was shredded")
    refused(nrm("case", "history", made.case), 2, "the case was shredded")
    refused(nrm("case", "shred", made.case, "--yes"), 2, "the case was shredded")
    assert log() == [("case:shred", "case_shredded")]
    assert json.loads(nrm("case", "list", "--json").out)[0]["shredded"] is True


def test_nobody_is_asked_whether_to_shred_what_cannot_be_shredded(nrm, made, monkeypatch, log):
    refused(nrm("case", "shred", made.case, stdin=b"y\n"), 1, "the role `caseworker` may not do this")
    monkeypatch.setenv("NRM_ROLE", "supervisor")
    said = nrm("case", "shred", uuid4(), stdin=b"y\n")
    refused(said, 2, "there is no such case")
    assert ("Shred it?" in said.err, log()) == (False, [("case:shred", "not_found")])
    assert nrm("case", "shred", made.case, stdin=b"n\n").code == 1
    assert log() == [("case:read", "done")]


@pytest.mark.parametrize(
    ("role", "command"),
    [
        ("caseworker", ("shred", "--yes")),
        ("administrator", ("show", "--group", "identity")),
        ("coordinator", ("decide",)),
        ("first_responder", ("history",)),
        ("overseer", ("history",)),
    ],
)
def test_who_may_not_is_denied_with_1_and_it_is_logged(nrm, made, role, command, log):
    verb, *options = command
    refused(nrm("case", verb, made.case, *options, "--role", role), 1, f"the role `{role}` may not do this")
    assert log()[0][1] == "not_permitted"


def test_a_purpose_that_needs_no_group_is_denied(nrm, made, log):
    assert nrm("case", "show", made.case, "--group", "identity", "--purpose", "care").code == 0
    said = nrm("case", "show", made.case, "--group", "account", "--purpose", "care")
    refused(said, 1, "the purpose `care` needs no `account`")
    assert log() == [("group:read", "not_disclosable")]


def test_the_case_of_another_organisation_looks_to_the_letter_like_none(nrm, made, log):
    there = nrm("case", "show", made.case, "--group", "identity", "--organisation", "Shelter B")
    none = nrm("case", "show", uuid4(), "--group", "identity", "--organisation", "Shelter B")
    refused(there, 2, "there is no such case or decision; check the identifier")
    assert (there.code, there.out, there.err) == (none.code, none.out, none.err)
    assert log(2) == [("group:read", "other_organisation"), ("group:read", "not_found")]
    assert nrm("case", "show", made.case, "--group", "identity", "--organisation", " shelter A ").code == 0


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--role", "king"), "--role: there is no role `king`"),
        (("--who", "  "), "--who: nobody is named"),
        (("--purpose", "cure"), "--purpose: there is no purpose `cure`; did you mean `care`?"),
    ],
)
def test_words_that_there_are_not_are_refused(nrm, made, options, what):
    refused(nrm("case", "show", made.case, "--group", "identity", *options), 2, what)


def test_what_is_no_identifier_is_refused_and_not_shown(nrm):
    for command in (("show", "--group", "identity"), ("decide",), ("history",), ("shred", "--yes")):
        refused(nrm("case", command[0], "CanaryAna", *command[1:]), 2, "CASE: this is not an identifier")


def test_a_wrong_passphrase_or_one_that_others_may_read_opens_nothing(nrm, tmp_path):
    wrong = secret_file(tmp_path / "wrong", "CanaryPassphrase of nobody")
    loose = secret_file(tmp_path / "loose", mode=0o644)
    refused(nrm("case", "list", "--passphrase-file", wrong), 2, "the passphrase does not open it")
    refused(nrm("case", "list", "--passphrase-file", loose), 2, "others than its owner may read or change it")
    refused(nrm("case", "list", "--passphrase-file", tmp_path / "none"), 2, "there is no such file")


def test_without_who_or_role_nothing_begins(nrm, monkeypatch):
    for name in ("WHO", "ROLE", "HOME"):
        with monkeypatch.context() as without:
            without.delenv(f"NRM_{name}")
            said = nrm("case", "list")
        assert said.code == 2
        assert f"--{name.lower()}" in said.err

"""`nrm referral`: services see their own and no case, packages are fetched once more if need be, and answers count."""

import stat
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from offices import real_app
from referral_homes import TO_NORTH
from small_directory import ADDRESS, IDENTITIES, NORTH, SIGNERS

from nrm.referral.lifecycle import DECLINED, REVOKED, STATES, VERBS
from nrm.referral.package import read_package
from nrm.referral.reply import Reply, sign_reply
from nrm.rulebook.wording import LANGUAGES

SOUTH = "small:south-shelter"


@pytest.fixture
def referral(at):
    return at.referred()


@pytest.fixture
def fetched(at, referral, tmp_path):
    out = tmp_path / "package.age"
    said = at.service("referral", "fetch", referral, "--out", out)
    assert (said.code, said.err) == (0, "")
    return out


def signers(at):
    return tuple(at("keys", "signer").lines[:1])


def reply_to(header, verb, key=NORTH, **more):
    now = datetime.now(UTC).replace(microsecond=0)
    made = Reply(referral=header.referral, message=header.message, verb=verb, at=now, nonce=uuid4(), **more)
    return sign_reply(made, SIGNERS[key])


def state(at):
    return [one["state"] for one in at.json("referral", "list", at.case)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_verb_and_reason_has_words_in_every_language(language):
    phrases = real_app().files.phrases[language]
    wanted = [*(f"state_{one}" for one in STATES), *(f"verb_{one}" for one in VERBS)]
    wanted += [f"reason_{one}" for one in (*DECLINED, *REVOKED)]
    assert [code for code in wanted if not phrases.get(code)] == []


def test_a_service_sees_its_own_referrals_and_of_no_other_and_no_case(at, referral):
    own = at.service("referral", "list")
    assert own.lines[0].startswith(f"{referral} · version 2 · sent · ")
    assert at.case not in own.out
    assert at.service("referral", "list", who=SOUTH).lines == ["There is no referral."]
    assert at.service("referral", "accept", referral, who=SOUTH).err.count("there is no such referral") == 1
    data = at.json("referral", "list", "--service", TO_NORTH, role="provider")
    assert [one.keys() for one in data] == [{"referral", "version", "state", "changed"}]


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_referral_is_shown_with_its_steps_in_every_language(at, referral, language):
    assert at.service("referral", "decline", referral, "--reason", "no_capacity").code == 0
    said = at.done("referral", "show", at.case, referral, "--lang", language)
    phrases = real_app().files.phrases[language]
    for phrase in ("state_declined", "verb_send", "verb_decline", "reason_no_capacity", "role_provider"):
        assert phrases[phrase] in said.out


def test_another_ones_referral_is_not_shown(at, referral):
    for case, wanted in ((at.case, str(UUID(int=1))), (at.child, referral)):
        said = at("referral", "show", case, wanted)
        assert (said.code, said.out) == (2, "")
        assert "there is no such referral" in said.err


def test_the_package_is_fetched_into_a_private_file_and_only_its_service_opens_it(at, referral, fetched):
    assert stat.S_IMODE(fetched.stat().st_mode) == 0o600
    opened = read_package(fetched.read_bytes(), IDENTITIES[NORTH], signers(at))
    assert (str(opened.header.referral), opened.header.groups) == (referral, ("contact", "family"))
    assert "Canary" not in str(opened.record)
    assert state(at) == ["received"]


def test_what_stands_there_is_never_written_over_and_nothing_is_fetched_for_it(at, referral, tmp_path):
    there = tmp_path / "there"
    there.write_text("mine")
    for place in (there, tmp_path / "nowhere" / "file"):
        said = at.service("referral", "fetch", referral, "--out", place)
        assert (said.code, said.out) == (2, "")
        assert "no new file can be made here; name another" in said.err
    assert there.read_text() == "mine"
    assert state(at) == ["sent"]


def test_it_can_be_fetched_again_but_by_no_other_service_and_no_caseworker(at, referral, fetched, tmp_path):
    again, other = tmp_path / "again", tmp_path / "other"
    assert at.service("referral", "fetch", referral, "--out", again).code == 0
    assert again.read_bytes() == fetched.read_bytes()
    refused = at.service("referral", "fetch", referral, "--out", other, who=SOUTH)
    assert (refused.code, "there is no such referral" in refused.err) == (2, True)
    keeper = at("referral", "fetch", referral, "--out", other, "--service", TO_NORTH)
    assert (keeper.code, "--role: only a service fetches" in keeper.err) == (2, True)
    assert not other.exists()


def test_a_service_answers_and_the_caseworker_notes_what_was_said_on_the_phone(at, referral):
    assert at.service("referral", "accept", referral).text == f"{referral} · version 3 · accepted"
    assert at.json("referral", "start", referral) == {"referral": referral, "version": 4, "state": "in_progress"}
    assert at.service("referral", "complete", referral, "--seen", 4).code == 0
    passed = at.json("referral", "show", at.case, referral)["passed"]
    assert [(one["verb"], one["by"]) for one in passed] == [
        *(("send", "caseworker"), ("accept", "provider"), ("start", "caseworker"), ("complete", "provider")),
    ]


@pytest.mark.parametrize(
    ("more", "what"),
    [
        (("decline",), "`decline` needs a reason from the list; give one of `no_capacity`"),
        (("decline", "--reason", "CanaryAna"), "`decline` needs a reason from the list"),
        (("accept", "--reason", "no_capacity"), "`accept` takes no reason"),
        (("complete",), "`complete` cannot follow on a referral that is `sent`; possible here: `receive`, `accept`"),
        (("accept", "--seen", "1"), "you saw version `1`, it has version `2`"),
    ],
)
def test_a_step_that_cannot_be_taken_is_refused(at, referral, more, what):
    verb, *options = more
    said = at.service("referral", verb, referral, *options)
    assert (said.code, said.out) == (2, "")
    assert what in said.err
    assert state(at) == ["sent"]


def test_only_the_role_provider_speaks_for_a_service_and_it_says_for_which(at, referral):
    nameless = at("referral", "accept", referral, role="provider")
    assert (
        "--service: a service must say which it is; `--service SOURCE:ID` belongs to `--role provider`" in nameless.err
    )
    keeper = at("referral", "accept", referral, "--service", TO_NORTH)
    assert "--service: only the role `provider` speaks for a service" in keeper.err
    assert {nameless.code, keeper.code} == {2}
    for wrong in ((), (at.case, "--service", TO_NORTH)):
        assert "or, in the role provider, only --service" in " ".join(at("referral", "list", *wrong).err.split())


def test_a_signed_answer_counts_as_the_word_of_the_service(at, fetched, tmp_path):
    header = read_package(fetched.read_bytes(), IDENTITIES[NORTH], signers(at)).header
    answer = tmp_path / "reply"
    answer.write_bytes(reply_to(header, "decline", reason="too_far"))
    said = at.json("referral", "reply", answer)
    assert said["state"] == "declined"
    shown = at.json("referral", "show", at.case, said["referral"])["passed"][-1]
    assert (shown["by"], shown["reason"]) == ("provider", "too_far")
    again = at("referral", "reply", answer)
    assert (again.code, again.out) == (2, "")
    assert "`decline` cannot follow on a referral that is `declined`" in again.err


def test_a_signed_answer_that_cannot_be_believed_changes_nothing(at, fetched, tmp_path):
    header = read_package(fetched.read_bytes(), IDENTITIES[NORTH], signers(at)).header
    answer = tmp_path / "reply"
    good = reply_to(header, "accept")
    of_another = header.model_copy(update={"message": UUID(int=5)})
    for data in (
        *(reply_to(header, "accept", ("small", "south-shelter")), good.replace(b"accept", b"start")),
        *(reply_to(of_another, "accept"), b"CanaryAna", b"", good + b"x" * 100_000),
    ):
        answer.write_bytes(data)
        said = at("referral", "reply", answer)
        assert (said.code, said.out) == (1, "")
        assert said.err.startswith(f"error: {answer}: ")
    assert at("referral", "reply", tmp_path / "nothing").code == 2
    assert state(at) == ["received"]


@pytest.mark.usefixtures("fetched")
def test_what_is_taken_back_reaches_the_service_signed(at, referral, tmp_path):
    said = at("referral", "revoke", at.case, referral)
    assert (said.code, said.out) == (2, "")
    assert "`revoke` needs a reason from the list" in said.err
    assert at.done("referral", "revoke", at.case, referral, "--reason", "not_safe", "--seen", 3).text.endswith(
        "taken back"
    )
    out = tmp_path / "revocation"
    assert at.service("referral", "fetch", referral, "--out", out).code == 0
    header = read_package(out.read_bytes(), IDENTITIES[NORTH], signers(at)).header
    assert (header.kind, str(header.referral), header.groups) == ("revocation", referral, ("contact", "family"))


def test_only_the_official_who_brings_the_person_there_learns_the_place_and_only_after_a_yes(at, referral):
    early = at("referral", "transport", at.case, referral, "--official", "bo")
    assert (early.code, early.out) == (1, "")
    assert "the service has not accepted" in early.err
    assert at.service("referral", "accept", referral).code == 0
    at.done("referral", "transport", at.case, referral, "--official", "bo")
    other = at("referral", "address", at.case, referral, "--show")
    assert (other.code, other.out) == (1, "")
    silent = at("referral", "address", at.case, referral, "--who", "bo")
    assert (silent.code, silent.out) == (2, "")
    assert "this is no terminal: a place that is hidden would lie in a file" in silent.err
    assert at("referral", "address", at.case, referral, "--who", "bo", "--show").out == f"{ADDRESS}\n"
    assert at.told() == [("directory:read", "done")]
    assert at("referral", "transport", at.case, referral, "--official", " ").code == 2
    assert ADDRESS not in at.done("referral", "show", at.case, referral, "--json").out


def test_that_a_person_felt_unsafe_is_the_task_of_somebody_at_once(at, referral, tmp_path):
    remark = tmp_path / "remark"
    remark.write_text("CanaryRemark: they locked the door")
    at.done("referral", "feedback", at.case, referral, "--met", "partly", "--safe", "no", "--remark-file", remark)
    assert "service_felt_unsafe" in [one["code"] for one in at.json("duty", "list", at.case)]
    (heard,) = at.json("referral", "heard", at.case)
    assert (heard["referral"], heard["met"], heard["safe"]) == (referral, "partly", "no")
    assert at.told() == [("feedback:read", "done")]
    shown = at.done("referral", "heard", at.case).text
    assert "met the need: partly · safe: no" in shown
    assert "CanaryRemark: they locked the door" in shown


@pytest.mark.parametrize("words", [b"Canary" * 700, b"\xff\xfe Canary"])
def test_a_remark_that_cannot_be_kept_is_refused_and_not_repeated(at, referral, tmp_path, words):
    remark = tmp_path / "remark"
    remark.write_bytes(words)
    said = at("referral", "feedback", at.case, referral, "--met", "no", "--safe", "yes", "--remark-file", remark)
    assert (said.code, said.out) == (2, "")
    assert said.err.startswith(f"error: {remark}: ")

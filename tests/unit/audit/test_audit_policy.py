"""A witness policy is read to the letter, and says who has cosigned and who has not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_logs import ORIGIN, SmallLog, cosigner, counted

from nrm.audit.cosignature import Cosigned
from nrm.audit.errors import CheckpointRefusedError, NoteRefusedError
from nrm.audit.policy_file import LARGEST_POLICY, PolicyRefusedError, parse_policy

LOG = SmallLog().verifier.vkey
KEYS = {
    name: cosigner(f"{name.lower()}.example/w", seed) for seed, name in enumerate(["X1", "X2", "X3", "Y1", "Y2"], 10)
}
WITNESSES = "".join(f"witness {name} {key.vkey}\n" for name, key in KEYS.items())
GROUPS = "group X 2 X1 X2 X3\ngroup Y any Y1 Y2\ngroup X-and-Y all X Y\n"
MANY = 200
EXAMPLE = f"# two organisations\n\nlog {LOG} https://log.example/\n{WITNESSES}{GROUPS}quorum X-and-Y\n"


def by(*names):
    return [Cosigned(KEYS[name].name, KEYS[name].vkey, 1) for name in names]


def at(**times):
    return [Cosigned(KEYS[name].name, KEYS[name].vkey, time) for name, time in times.items()]


def faults(text):
    with pytest.raises(PolicyRefusedError) as caught:
        parse_policy(text if isinstance(text, bytes) else text.encode(), "policy.txt")
    return [(problem.line, problem.what) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("names", "met"),
    [
        (["X1", "X2", "Y1"], True),
        (["X1", "X2", "X3", "Y1", "Y2"], True),
        (["X1", "Y1", "Y2"], False),
        (["X1", "X2", "X3"], False),
        ([], False),
    ],
)
def test_the_example_of_the_specification_asks_for_two_of_x_and_one_of_y(names, met):
    assert parse_policy(EXAMPLE.encode()).verdict(by(*names)).met is met


def test_a_verdict_says_who_has_cosigned_and_what_is_missing():
    verdict = parse_policy(EXAMPLE.encode()).verdict(by("X1", "Y2"))
    assert verdict.reasons == (
        "`X1` has cosigned",
        "`X2` has not cosigned",
        "`X3` has not cosigned",
        "`Y1` has not cosigned",
        "`Y2` has cosigned",
        "group `X` is not met: 1 of 3 have cosigned, 2 must",
        "group `Y` is met: 1 of 2 have cosigned, 1 must",
        "group `X-and-Y` is not met: 1 of 2 have cosigned, 2 must",
        "the quorum `X-and-Y` is not met",
    )


@given(st.sets(st.sampled_from(sorted(KEYS))), st.sets(st.sampled_from(sorted(KEYS))))
def test_more_cosignatures_never_turn_yes_into_no(some, more):
    policy = parse_policy(EXAMPLE.encode())
    assert policy.verdict(by(*some)).met <= policy.verdict(by(*some | more)).met


@given(st.integers(1, 5), st.sets(st.sampled_from(sorted(KEYS))))
def test_a_threshold_is_met_by_that_many_witnesses(least, cosigned):
    text = f"{WITNESSES}group all-of-us {least} {' '.join(KEYS)}\nquorum all-of-us\n"
    assert parse_policy(text.encode()).verdict(by(*cosigned)).met == (len(cosigned) >= least)


def test_one_witness_counts_once_however_often_it_cosigns():
    assert not parse_policy(EXAMPLE.encode()).verdict(by("X1", "X1", "X1", "Y1")).met


def test_a_stranger_with_the_name_of_a_witness_counts_for_nothing():
    stranger = cosigner(KEYS["X1"].name, seed=99)
    policy = parse_policy(f"{WITNESSES}quorum X1\n".encode())
    assert not policy.verdict([Cosigned(stranger.name, stranger.vkey, 1)]).met


def test_a_policy_may_ask_for_no_witness_and_says_so():
    verdict = parse_policy(b"quorum none\n").verdict([])
    assert verdict.met
    assert verdict.reasons == ("the policy asks for no witness",)


def test_a_checkpoint_is_opened_with_the_keys_of_the_policy():
    log = counted(3)
    note = log.note(3)
    note = note.with_signatures(*(KEYS[name].cosign(note.text, 5) for name in ("X1", "X3", "Y1")))
    opened, verdict = parse_policy(EXAMPLE.encode()).open(bytes(note))
    assert (opened.checkpoint.size, verdict.met) == (3, True)
    assert not parse_policy(EXAMPLE.encode()).open(bytes(log.note(3)))[1].met


def test_a_checkpoint_of_another_log_is_refused():
    foreign = SmallLog([b"a"], "other.example/log")
    with pytest.raises(CheckpointRefusedError, match=r"names no log `other\.example/log`"):
        parse_policy(EXAMPLE.encode()).open(bytes(foreign.note(1)))


def test_a_checkpoint_with_a_false_signature_of_the_log_or_a_known_witness_is_refused():
    policy = parse_policy(EXAMPLE.encode())
    forger = SmallLog([b"a"], ORIGIN, seed=66)
    with pytest.raises(NoteRefusedError, match="no signature of the key"):
        policy.open(bytes(forger.note(1)))
    note = counted(1).note(1)
    false = KEYS["X1"].cosign(note.text + "more\n", 5)
    with pytest.raises(NoteRefusedError, match=r"the signature of `x1\.example/w` is false"):
        policy.open(bytes(note.with_signatures(false)))


def test_names_are_octets_and_may_be_no_text_at_all():
    key = KEYS["X1"].vkey.encode()
    text = (
        b"# \xff\nwitness K " + key + b"\nwitness \xe2\x84\xaa " + KEYS["X2"].vkey.encode() + b"\nquorum \xe2\x84\xaa\n"
    )
    assert not parse_policy(text).verdict(by("X1")).met
    assert parse_policy(text).verdict(by("X2")).met
    strange = parse_policy(b"witness \xff\xfe " + key + b"\nquorum \xff\xfe\n")
    assert strange.verdict(by("X1")).reasons[0] == "`\\xff\\xfe` has cosigned"


def test_tabs_spaces_comments_and_empty_lines_change_nothing():
    spaced = EXAMPLE.replace(" ", " \t ").replace("\n", "  \n\t# note\n \t\n  ").rstrip(" ")
    assert parse_policy(spaced.encode()).verdict(by("X1", "X2", "Y1")).met


def test_far_more_than_32_logs_witnesses_and_groups_are_no_trouble():
    keys = [cosigner(f"w{number}.example", number) for number in range(MANY)]
    lines = [f"witness w{number} {key.vkey}" for number, key in enumerate(keys)]
    lines += ["group g0 any w0"] + [f"group g{n} all g{n - 1} w{n}" for n in range(1, MANY)]
    policy = parse_policy("\n".join([*lines, f"quorum g{MANY - 1}", ""]).encode())
    every = [Cosigned(key.name, key.vkey, 1) for key in keys]
    assert policy.verdict(every).met
    assert not policy.verdict(every[1:]).met


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("", 0, "the policy has no quorum"),
        ("quorum none", 1, "the last line has no end"),
        ("quorum none\r\n", 1, "the line holds a control character"),
        ("quorum none\nquorum none\n", 2, "a quorum stands on an earlier line"),
        ("quorum\n", 1, "the line is not `quorum <name>`"),
        ("quorum a b\n", 1, "the line is not `quorum <name>`"),
        ("quorum X1\n", 1, "`X1` is not defined on an earlier line"),
        (f"quorum X1\n{WITNESSES}", 1, "`X1` is not defined on an earlier line"),
        ("witnes X1 k\nquorum none\n", 1, "`witnes` begins no line of a policy"),
        ("Quorum none\n", 1, "`Quorum` begins no line of a policy"),
        (f"witness {KEYS['X1'].vkey}\nquorum none\n", 1, "the line is not `witness <name> <vkey> [<url>]`"),
        (f"witness none {KEYS['X1'].vkey}\nquorum none\n", 1, "`none` has a meaning of its own"),
        (f"{WITNESSES}group X1 any X2\nquorum X1\n", 6, "`X1` stands on line 1 already"),
        (f"{WITNESSES}group g any X1 X1\nquorum g\n", 6, "`X1` is in a group already, on line 6"),
        (f"{WITNESSES}group g any X1\ngroup h any X1\nquorum h\n", 7, "`X1` is in a group already, on line 6"),
        (f"{WITNESSES}group g any g\nquorum g\n", 6, "`g` is not defined on an earlier line"),
        (f"{WITNESSES}group g any none\nquorum g\n", 6, "`none` is not defined on an earlier line"),
        (f"{WITNESSES}group g any\nquorum none\n", 6, "the line is not `group <name> all|any|<number> <name>...`"),
        (f"{WITNESSES}group g 3 X1 X2\nquorum g\n", 6, "`3` is not how many must cosign"),
        (f"{WITNESSES}group g 0 X1\nquorum g\n", 6, "`0` is not how many must cosign"),
        (f"{WITNESSES}group g 01 X1\nquorum g\n", 6, "`01` is not how many must cosign"),
        (f"{WITNESSES}group g most X1\nquorum g\n", 6, "`most` is not how many must cosign"),
        (f"log {LOG} a b\nquorum none\n", 1, "the line is not `log <vkey> [<url>]`"),
        (f"log {LOG}\nlog {LOG}\nquorum none\n", 2, "the same public key stands on line 1"),
        (
            f"log {LOG}\nlog {SmallLog(seed=9).verifier.vkey}\nquorum none\n",
            2,
            "a log of this name stands on an earlier",
        ),
        ("log nonsense\nquorum none\n", 1, "the key text is not"),
        (b"log \xff+00000000+AAAA\nquorum none\n", 1, "the key text is not"),
        (b"log \xff" + LOG[LOG.index("+") :].encode() + b"\nquorum none\n", 1, "the key's name is not UTF-8"),
        (b"\xe2\x80\xaeetirw\nquorum none\n", 1, "`\\u202eetirw` begins no line"),
    ],
)
def test_a_fault_is_named_with_its_line(text, line, fault):
    found = faults(text)
    assert [(at, what) for at, what in found if at == line and what.startswith(fault)], found


def test_the_same_key_under_another_name_is_still_the_same_witness():
    other = cosigner("another.example/name", 10)
    found = faults(f"witness A {KEYS['X1'].vkey}\nwitness B {other.vkey}\nquorum A\n")
    assert found == [(2, "the same public key stands on line 1")]


def test_a_log_key_where_a_witness_is_meant_is_refused_and_the_other_way_round():
    ((line, what),) = faults(f"witness A {LOG}\nquorum A\n")
    assert (line, "signature type 0x01 and not 0x04" in what) == (1, True)
    ((line, what),) = faults(f"log {KEYS['X1'].vkey}\nquorum none\n")
    assert (line, "signature type 0x04 and not 0x01" in what) == (1, True)


def test_all_faults_are_told_at_once():
    assert [line for line, _ in faults("log x\nwitness\ngroup g\nquorum q\nwhat\n")] == [1, 2, 3, 4, 5]


def test_a_policy_that_is_too_long_is_refused_unread():
    assert faults(b"#" * (LARGEST_POLICY + 1)) == [(0, f"the policy is longer than {LARGEST_POLICY} bytes")]


@given(st.binary() | st.text(alphabet="logwitnesgrupqm X1 \n\t#+0any").map(str.encode))
def test_whatever_is_in_the_file_it_is_a_policy_or_refused(data):
    try:
        parse_policy(data)
    except PolicyRefusedError as refused:
        assert all(str(problem).isprintable() for problem in refused.problems)  # noqa: PT017 - both ends are right


def test_a_quorum_stands_since_the_last_of_those_signed_whom_it_takes():
    policy = parse_policy(EXAMPLE.encode())
    assert policy.verdict(at(X1=10, X2=20, Y1=30)).since == 10
    assert policy.verdict(at(X1=10, X2=20, X3=25, Y1=30, Y2=5)).since == 20
    assert policy.verdict(at(X1=10, X2=20)).since is None
    assert parse_policy(b"quorum none\n").verdict(at(X1=10)).since is None


@given(st.dictionaries(st.sampled_from(sorted(KEYS)), st.integers(0, 5)))
def test_from_the_moment_since_which_a_quorum_stands_it_is_met_and_from_no_later_one(times):
    policy = parse_policy(EXAMPLE.encode())
    verdict = policy.verdict(at(**times))
    met = [moment for moment in range(6) if policy.verdict(one for one in at(**times) if one.timestamp >= moment).met]
    assert verdict.met == (verdict.since is not None)
    assert verdict.since == max(met, default=None)

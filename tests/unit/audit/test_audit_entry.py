"""An entry has one form, and nothing that could name a person has that form."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid5

import jsonschema
import pytest
import rfc8785
from hypothesis import assume, given
from hypothesis import strategies as st

from nrm.audit.actions import ACTIONS, BASES, REASONS, SOURCES, VERBS
from nrm.audit.entry import LARGEST_ENTRY, Entry, Words, decode, encode, entry_schema
from nrm.audit.entry_fields import BEGINNING
from nrm.audit.errors import EntryRefusedError

WORDS = Words(
    frozenset({"caseworker", "person", "supervisor"}),
    frozenset({"identity", "contact", "health"}),
    frozenset({"accommodation", "health_care"}),
)
EVENT = UUID("7d9f0b5e-3c0a-4d6b-9f39-0d7a52c1f001")
TIME = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FIELDS = sorted(Entry.model_fields)
TEXT_FIELDS = [name for name in FIELDS if name not in {"version", "groups"}]
CANARIES = ["Marisol Quesada", "ana", "ana_lopez", "2001-05-17", "+44 20 7946 0018", "12 Rue de la Paix", "Ана", "مريم"]

pseudonyms = st.binary(min_size=16, max_size=16).map(bytes.hex)
digests = st.binary(min_size=32, max_size=32).map(bytes.hex)


@st.composite
def entries(draw):
    result = draw(st.sampled_from(sorted(REASONS)))
    role = draw(st.sampled_from([None, *sorted(WORDS.roles)]))
    action = draw(st.sampled_from(ACTIONS))
    nobody = st.none() if role == "person" else st.none() | pseudonyms
    return Entry(
        event=draw(st.uuids(version=4)),
        time=draw(st.datetimes(datetime(2026, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001
        action=action,
        result=result,
        why=draw(st.sampled_from(REASONS[result])) if REASONS[result] else None,
        actor=draw(nobody),
        role=role,
        organisation=draw(nobody),
        case=draw(st.none() | pseudonyms),
        groups=tuple(sorted(draw(st.sets(st.sampled_from(sorted(WORDS.groups)), min_size=":group:" in action)))),
        purpose=draw(st.sampled_from([None, *sorted(WORDS.purposes)])),
        basis=draw(st.sampled_from([None, *BASES])),
        rulebook=draw(st.none() | digests),
        decision=draw(st.none() | digests),
        details=draw(st.none() | digests),
    )


def an_entry(**fields):
    return Entry(**{"event": EVENT, "time": TIME, "action": "cli:case:open", "result": "done", **fields})


def refused(call, *arguments, **fields):
    with pytest.raises(EntryRefusedError) as caught:
        call(*arguments, **fields)
    return str(caught.value)


@given(entries())
def test_an_entry_is_read_back_as_it_was_written(entry):
    assert decode(encode(entry, WORDS)) == entry


@given(entries())
def test_a_leaf_is_canonical_and_the_published_schema_accepts_it(entry):
    leaf = encode(entry, WORDS)
    fields = json.loads(leaf)
    assert rfc8785.dumps(fields) == leaf
    jsonschema.validate(fields, entry_schema(), jsonschema.Draft202012Validator)
    assert None not in fields.values()


def test_a_leaf_says_what_happened_and_leaves_out_what_is_absent():
    entry = an_entry(role="caseworker", case="ab" * 16, groups=["contact", "identity"])
    assert encode(entry, WORDS) == (
        b'{"action":"cli:case:open","case":"abababababababababababababababab",'
        b'"event":"7d9f0b5e-3c0a-4d6b-9f39-0d7a52c1f001","groups":["contact","identity"],"result":"done",'
        b'"role":"caseworker","time":"2026-03-01T09:30:00Z","version":1}'
    )


@given(st.sampled_from(TEXT_FIELDS), st.text() | st.sampled_from(CANARIES))
def test_arbitrary_text_is_refused_in_every_field(field, text):
    closed = {"action": ACTIONS, "result": REASONS, "basis": BASES, "role": WORDS.roles, "purpose": WORDS.purposes}
    assume(text not in closed.get(field, ()))
    said = refused(lambda: encode(an_entry(**{field: text}), WORDS))
    assert "Traceback" not in said
    if len(text) > 12:  # a shorter one may stand in the sentence by chance
        assert text not in said


@given(st.text() | st.sampled_from(CANARIES))
def test_arbitrary_text_is_refused_among_the_groups_and_as_a_field(text):
    assume(text not in WORDS.groups)
    refused(lambda: encode(an_entry(groups=(text,)), WORDS))
    assume(text not in FIELDS)
    assert "is not known here" in refused(an_entry, **{text: "x"})


@pytest.mark.parametrize("field", TEXT_FIELDS)
@pytest.mark.parametrize("canary", CANARIES)
def test_a_name_is_neither_logged_nor_shown_in_the_error(field, canary):
    said = refused(lambda: encode(an_entry(**{field: canary}), WORDS))
    assert f"`{field}`" in said
    assert not re.search(rf"\b{re.escape(canary)}\b", said)


def test_a_leaf_of_an_older_rulebook_is_read_but_its_words_are_not_written_again():
    other = Words(WORDS.roles | {"guardian"}, WORDS.groups, WORDS.purposes)
    leaf = encode(an_entry(role="guardian"), other)
    assert decode(leaf).role == "guardian"
    assert "`role` is not in the vocabulary" in refused(encode, decode(leaf), WORDS)


@given(st.binary() | entries().map(lambda entry: encode(entry, WORDS)), st.data())
def test_no_other_bytes_are_read_as_an_entry(leaf, data):
    at = data.draw(st.integers(0, len(leaf)))
    changed = leaf[:at] + data.draw(st.sampled_from([b" ", b"\n", b"\0", b"0", b"e"])) + leaf[at:]
    try:
        entry = decode(changed)
    except EntryRefusedError:
        return
    assert encode(entry, Words(*(frozenset({entry.role, *entry.groups, entry.purpose}),) * 3)) == changed


@pytest.mark.parametrize(
    "leaf",
    [
        b"",
        b"null",
        b"[]",
        b"[" * 60_000,
        b"9" * 60_000,
        b'{"version":2}',
        b"\xff",
        b'{"a":1,"a":2}',
        b'{"version":true}',
        b" " * (LARGEST_ENTRY + 1),
    ],
)
def test_what_is_no_entry_is_refused_and_does_no_harm(leaf):
    refused(decode, leaf)


def test_an_absent_field_is_never_written_as_null():
    leaf = encode(an_entry(), WORDS)
    assert "is not in canonical form" in refused(decode, leaf.replace(b'"event"', b'"details":null,"event"'))


def test_an_entry_that_is_too_large_is_refused_when_written_and_when_read():
    groups = tuple(sorted(f"g{number:059d}" for number in range(1100)))
    entry = an_entry(groups=groups)
    words = Words(WORDS.roles, frozenset(groups), WORDS.purposes)
    assert "more than 65535 bytes" in refused(encode, entry, words)
    assert "more than 65535 bytes" in refused(decode, rfc8785.dumps({"groups": list(groups)}))
    assert len(encode(an_entry(groups=groups[:1000]), words)) <= LARGEST_ENTRY


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"result": "denied"}, "`why` says why"),
        ({"result": "done", "why": "no_consent"}, "`why` says why"),
        ({"result": "failed", "why": "no_consent"}, "not a reason for this `result`"),
        ({"role": "person", "actor": "ab" * 16}, "`actor` would name the person for ever"),
        ({"role": "person", "organisation": "ab" * 16}, "`actor` would name the person for ever"),
        ({"action": "api:group:read"}, "`groups` must say which"),
        ({"groups": ("identity", "contact")}, "`groups` must be a list of words in the order"),
        ({"groups": ("contact", "contact")}, "`groups` must be a list of words in the order"),
        ({"groups": "contact"}, "`groups` must be a list of words in the order"),
        ({"time": datetime(2026, 3, 1)}, "`time` must be a time with its zone"),  # noqa: DTZ001
        ({"time": BEGINNING - timedelta(seconds=1)}, "`time` must be a time with its zone"),
        ({"time": "2026-02-30T00:00:00Z"}, "`time`"),
        ({"event": UUID(int=0x447700900123)}, "`event` must be a random UUID"),
        ({"event": uuid5(EVENT, "Marisol")}, "`event` must be a random UUID"),
        ({"event": str(EVENT).upper()}, "`event` must be a random UUID"),
        ({"details": "AB" * 32}, "`details` is not written in the form"),
        ({"version": 2}, "`version` is not written in the form"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused_with_the_reason(fields, fault):
    assert fault in refused(an_entry, **fields)


def test_a_copy_that_went_past_the_checks_is_not_written():
    smuggled = an_entry().model_copy(update={"details": "Marisol Quesada"})
    assert "`details` is not written in the form" in refused(encode, smuggled, WORDS)


def test_a_missing_field_is_named():
    assert refused(Entry, event=EVENT, time=TIME, result="done") == "audit entry: `action` is missing; add it"


def test_a_time_of_another_zone_is_written_in_utc_to_the_second():
    paris = datetime(2026, 3, 1, 10, 30, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert an_entry(time=paris) == an_entry(time=TIME)


def test_every_action_is_a_source_a_subject_and_a_verb():
    assert len(set(ACTIONS)) == len(ACTIONS) == len(SOURCES) * sum(len(verbs) for verbs in VERBS.values())
    assert all(re.fullmatch(r"[a-z]+:[a-z]+:[a-z]+", action) for action in ACTIONS)
    assert {"cli:case:open", "api:group:read", "work:referral:escalate", "system:decision:dispute"} <= set(ACTIONS)

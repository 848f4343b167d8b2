"""A case of canaries goes the whole way of a referral; every service learns what a rule gave it, and nobody else.

One walk on each database, by commands (`canary_walk`): three ways of delivery with a real receiver, answers, a shelter
at a hidden place, feedback, revocations, letters, wrong commands of many kinds, and shredding at the end. Then all that
anything made is searched, as in `test_reliability_canary.py`. What a service may learn is worked out from the files in
`rules/` without code of ours (`canary_services`). Only an opened package, and the address told to the official who
brings the person there, are what somebody asked for. Not searched: memory, swap, arguments of processes (`--exclude`
says where exploiters are), and rows that PostgreSQL compressed. That a rule gives a disclosure is read from its file;
whether its condition holds for this case is what the decision says.
"""

from __future__ import annotations

import json

import canaries
import canary_services
import canary_wrong
import pytest
import receiver
import typer
from canary_place import SECRETS, Place
from canary_remains import TABLES, Remains, let_segments_go, stored
from canary_services import ADDRESS, SERVICES
from canary_walk import KEEPER, Walk
from pypdf import PdfReader
from real_installations import app, asked

from nrm.bootstrap_store import open_office
from nrm.casework.office import directory_kept
from nrm.casework.referrals import sending
from nrm.cli import directory as directory_commands
from nrm.cli import identifiers
from nrm.errors import Problem, UnknownNameError
from nrm.home import read_home
from nrm.referral import document

ALL_SECRETS = (*SECRETS, "directory", "package-signing", "service-marks")
LEARNT = {
    "shelter": {"contact", "facts"},
    "clinic": {"contact", "health"},
    "lawyer": {"identity", "contact", "account", "facts", "legal", "evidence"},
    "prosecutor": {"facts", "legal"},
    "silent": set(),
}
"""The groups that came to each service; `to_be_learnt` finds the same from the rules."""


def begun(kind, folder, monkeypatch):
    """Make an installation with its services; yield it while the receiver runs."""
    data, places = canary_services.record()
    place = Place(kind, folder, monkeypatch, data, wal_recycle="off")
    walk = Walk(place, data, monkeypatch)
    walk.places = places
    try:
        with receiver.in_thread(place.made / "receiver", walk.receipt) as walk.receiver:
            walk.found(walk.receiver)
            walk.open_case()
            yield walk
    finally:
        if place.server:
            place.server.end()


@pytest.fixture(scope="module", params=["sqlcipher", "postgresql"])
def walked(request, tmp_path_factory):
    """The walk when it is over: the case is shredded, and the database was stopped."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for walk in begun(request.param, tmp_path_factory.mktemp("canary"), monkeypatch):
            walk.refer_everywhere()
            walk.answer_everywhere()
            walk.look_everywhere()
            for wrong in (canary_wrong.strangers, canary_wrong.false_packages, canary_wrong.broken_records):
                wrong(walk)
            canary_wrong.slips(walk)
            shred(walk)
            walk.verify_log()
            walk.place.end()
            yield walk


def shred(walk):
    """Shred the case while a package waits; note what the database holds before and after."""
    place = walk.place
    walk.receiver.behave("error:503")
    walk.agree("clinic")
    walk.refer("clinic")
    walk.nrm("work", "--once", code=1)
    walk.before = Remains.of(place, walk.case)
    walk.stood, taken = walk.before.in_(stored(place)), walk.receiver.effects()
    walk.nrm("case", "shred", walk.case, "--yes", NRM_ROLE="supervisor")
    walk.after, walk.left = Remains.of(place, walk.case), walk.before.in_(stored(place))
    walk.receiver.behave("take")
    walk.nrm("work", "--once")
    assert walk.receiver.effects() == taken, "what was shredded is not sent"
    for words in (("referral", "list"), ("consent", "list"), ("duty", "list")):
        walk.nrm(*words, walk.case, code=2)
    walk.as_service("silent", "fetch", walk.referred["silent"], "--out", walk.services / "late", code=2)


def test_each_service_learns_what_a_rule_gives_the_person_allows_and_it_needs_and_nothing_else(walked):
    assert walked.told_too_much(walked.places) == []
    records = {
        name: [json.loads(files["referral.json"]) for _, files in packages]
        for name, packages in walked.learnt().items()
        if packages
    }
    assert {name: sorted(one["kind"] for one in some) for name, some in records.items()} == {
        **{name: ["referral"] for name in ("shelter", "lawyer", "silent")},
        **{name: ["referral", "revocation"] for name in ("clinic", "prosecutor")},
    }
    assert {name: set().union(*(one["record"] for one in some)) for name, some in records.items()} == LEARNT


def test_no_canary_stands_in_the_clear_in_anything_that_was_made(walked):
    assert walked.place.found(canary_services.needles(), ALL_SECRETS) == []
    assert len(walked.nrm.said) > 50_000
    opened = b"".join(path.read_bytes() for path in walked.asked.rglob("*") if path.is_file())
    clear = {path[0] for word, path in walked.places.items() if word.encode() in opened}
    assert clear == (LEARNT["shelter"] | LEARNT["lawyer"]) - {"facts"}, "who asks for an opened package can read it"


def test_a_letter_a_copy_of_the_directory_and_the_published_log_name_nobody(walked):
    pdf = "".join(page.extract_text() for page in PdfReader(walked.made / "letters" / "whole.pdf").pages)
    assert len(pdf) > 1000
    assert canaries.found_in(pdf.encode()) == []
    copies = [*(walked.made / "hsds-csv").iterdir(), walked.made / "hsds-json"]
    assert all("The shelter" in path.read_text() for path in copies if path.name in {"services.csv", "hsds-json"})
    ids = {walked.case, walked.relative, *walked.referred.values()}
    names = {f'"{name}"': "service" for name in SERVICES} | {'"anna"': "official", '"bo"': "official"}
    forms = {form: "identifier" for one in ids for form in (one, one.replace("-", ""))} | names
    assert (
        canaries.found_under([walked.place.home / "log"], {form.encode(): said for form, said in forms.items()}) == []
    )
    asked_for = json.dumps(walked.receiver.requests())
    assert walked.receiver.requests() != []
    assert [form for form in forms if form in asked_for] == [], "a request names its message, and nothing else"


def test_after_shredding_nothing_is_left_of_the_referrals_of_the_case(walked):
    every = {*TABLES, *(f"{table}: name" for table in TABLES), "key"}
    assert walked.stood == every, "so the search can find"
    assert all(walked.before.sealed.values())
    assert walked.after == Remains.nothing()
    place = walked.place
    if place.server is None:
        assert walked.left == set(), "not in a free page, nor in the write-ahead log"
        return
    # In dead rows of PostgreSQL stays what was sealed with the key that is gone, under names that stand nowhere else.
    assert walked.left <= {"case_items", "case_items: name", "clocks", "clocks: name"}
    assert "key" in walked.before.in_(place.wal), "what shredding does not reach"
    place.server.start()
    let_segments_go(place)
    assert walked.before.in_(place.segments()) == set(), "gone with its segments"


@pytest.fixture
def walk(tmp_path, monkeypatch):
    yield from begun("sqlcipher", tmp_path, monkeypatch)


def test_nothing_that_is_kept_of_the_directory_shows_a_hidden_address_by_itself(walk):
    office = open_office(read_home(walk.place.home), walk.place.keys(), app())
    kept = directory_kept.read(office.desk, asked(read_home(walk.place.home), KEEPER), office.directory_key)
    (record,) = (one for one in kept.sidecars.values() if one.confidential_address is not None)
    assert record.confidential_address.get_secret_value() == ADDRESS
    services = office.desk.counter.services
    things = (kept, kept.sidecars, record, services, services.sidecar(record.key), services.candidate(record.key))
    for one in (*things, record.model_dump(), record.model_dump(mode="json"), record.model_dump_json(), vars(record)):
        said = f"{one} {one!r} {[one]}"
        assert canaries.found_in(said.encode(), canary_services.needles()) == []
    office.close()


def one_more_group(monkeypatch, walk):
    """A package carries a group that the rule gives, and that the person did not agree to.

    (A permission that says so is not enough: what rests on no consent is revoked before it leaves.)
    """
    header, pick = sending._header, sending.pick  # noqa: SLF001 - a fault of the program is played
    more = {"groups": ("identity", *SERVICES["clinic"].agreed)}
    monkeypatch.setattr(sending, "_header", lambda *given: header(*given).model_copy(update=more))
    monkeypatch.setattr(
        sending, "pick", lambda opened, one: pick(opened, one) | {"identity": json.loads(opened["identity"])}
    )
    walk.agree("clinic")
    walk.refer("clinic")
    walk.nrm("work", "--once")
    return {("clinic", "identity"), ("clinic", "identity", "first_name")}


def beyond_the_rule(monkeypatch, walk):
    """Contents carry a part that the head does not name, and nobody checks."""
    right = sending.pick
    monkeypatch.setattr(document, "_check_groups", lambda *_: None)
    monkeypatch.setattr(
        sending, "pick", lambda opened, one: {**right(opened, one), "health": json.loads(opened["health"])}
    )
    walk.agree("shelter")
    walk.refer("shelter")
    walk.fetch("shelter")
    return {("shelter", "health"), ("shelter", "health", "notes")}


def quoting(monkeypatch, walk):
    """An error repeats what was typed."""

    def read(text, place, _todo):
        raise UnknownNameError(Problem(place, 0, f"there is no referral `{text}`", ""))

    monkeypatch.setattr(identifiers, "typed_id", read)
    walk.nrm("referral", "show", walk.case, canaries.CORES["cyrillic"], code=2)
    return {("output", canaries.CORES["cyrillic"])}


def listed(monkeypatch, walk):
    """The list of services says where each is."""
    right = directory_commands.print_services

    def print_services(services, directory, *, as_json):
        right(services, directory, as_json=as_json)
        typer.echo(f"at {ADDRESS}")

    monkeypatch.setattr(directory_commands, "print_services", print_services)
    walk.nrm("directory", "list")
    return {("output", f"hidden address, {word}") for word in canary_services.HIDDEN}


@pytest.mark.parametrize("leak", [one_more_group, beyond_the_rule, quoting, listed])
def test_a_leak_that_is_played_is_found(leak, walk, monkeypatch):
    assert walk.told_too_much(walk.places) == []
    assert walk.place.found(canary_services.needles(), ALL_SECRETS) == []
    expected = leak(monkeypatch, walk)
    searched = walk.place.found(canary_services.needles(), ALL_SECRETS)
    found = {*walk.told_too_much(walk.places), *((where, said.partition(" as ")[0]) for where, said in searched)}
    assert expected <= found

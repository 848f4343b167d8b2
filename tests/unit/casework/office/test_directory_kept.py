"""The directory and the records beside it, kept sealed: nothing is lost, shown by a slip, or done without an entry."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import date

import pytest
from directories import directories
from hypothesis import HealthCheck, given, settings
from offices import asked
from small_directory import ADDRESS, CLINIC, DIRECTORY, KEYS, NORTH, SIDECARS, SOURCE, SOUTH, sidecar

from nrm.casework.asked import NotPermittedError
from nrm.casework.office import directory_kept
from nrm.casework.office.directory_kept import DirectoryBusyError, UncoveredError, import_directory, keep_sidecars, read
from nrm.casework.office.directory_sealed import SERVICES, edition
from nrm.casework.office.directory_sealed import SIDECARS as SHELVED
from nrm.directory.candidate import candidates
from nrm.directory.service import Directory
from nrm.directory.sidecar import DayCapacity, Sidecar, WaitingKeys
from nrm.errors import FileRefusedError
from nrm.vault.envelope import new_data_key
from nrm.vault.errors import MisplacedError, TamperedError

KEY = new_data_key()
ADMINISTRATOR = asked("administrator")


@pytest.fixture
def filled(office):
    import_directory(office.desk, ADMINISTRATOR, KEY, DIRECTORY, SOURCE)
    keep_sidecars(office.desk, ADMINISTRATOR, KEY, SIDECARS)
    return office


def kept(office, who=ADMINISTRATOR):
    return read(office.desk, who, KEY)


def shelf(office):
    return office.store.state.shelf


def without(*keys):
    return {key: one for key, one in SIDECARS.items() if key not in keys}


def test_what_was_kept_is_read_back_as_it_was(filled):
    found = kept(filled)
    assert found.directory == DIRECTORY
    assert found.sidecars == SIDECARS
    assert found.sidecars[NORTH].confidential_address.get_secret_value() == ADDRESS
    assert found.services == candidates(DIRECTORY, SIDECARS)


def test_an_installation_without_a_directory_has_an_empty_one(office):
    found = kept(office)
    assert (found.edition, found.directory, dict(found.sidecars), found.services) == (0, Directory(), {}, ())


@given(directory=directories())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_directory_is_read_back_as_it_was(office, directory):
    import_directory(office.desk, ADMINISTRATOR, KEY, directory, "src")
    found = kept(office)
    assert found.directory == directory
    assert found.services == candidates(directory, {})


def test_a_second_import_updates_and_never_doubles_and_leaves_other_sources(filled):
    other = Directory(services=(replaced(CLINIC, source="other", at=(), organization_id=""),))
    import_directory(filled.desk, ADMINISTRATOR, KEY, other, "other")
    changed = DIRECTORY.with_services(tuple(one for one in DIRECTORY.services if one.key != SOUTH))
    changes = import_directory(filled.desk, ADMINISTRATOR, KEY, changed, SOURCE)
    assert (changes.added, changes.changed, changes.gone) == ((), (), (SOUTH,))
    assert len(changes.unchanged) == len(KEYS) - 1
    assert {one.key for one in kept(filled).directory.services} == {*KEYS, ("other", "clinic")} - {SOUTH}
    assert kept(filled).sidecars == SIDECARS


def replaced(key, **changes):
    return DIRECTORY.service[key].model_copy(update=changes)


def test_records_take_the_place_of_those_before(filled):
    full = sidecar(SOUTH, capacity=())
    stray = sidecar(CLINIC, service={"source": SOURCE, "id": "nowhere"})
    new = {**without(CLINIC), SOUTH: full, stray.key: stray}
    changes = keep_sidecars(filled.desk, ADMINISTRATOR, KEY, new)
    assert (changes.added, changes.changed, changes.gone) == ((stray.key,), (SOUTH,), (CLINIC,))
    assert (len(changes.unchanged), changes.nowhere) == (len(KEYS) - 2, (stray.key,))
    assert kept(filled).sidecars == new
    assert kept(filled).services == candidates(DIRECTORY, new)


def test_what_a_service_said_of_itself_stays_where_a_record_says_nothing_of_it(filled):
    day, other = DayCapacity(day=date(2026, 3, 2), free=3), SIDECARS[SOUTH].receiving_key
    said = SIDECARS[NORTH].model_copy(
        update={"capacity": (day,), "waiting": WaitingKeys(receiving_key=other, sent=date(2026, 3, 1))}
    )
    keep_sidecars(filled.desk, ADMINISTRATOR, KEY, {**SIDECARS, NORTH: said})
    changes = keep_sidecars(filled.desk, ADMINISTRATOR, KEY, without("nobody"))
    assert kept(filled).sidecars[NORTH].waiting == said.waiting
    assert NORTH in changes.changed, "its record speaks of places by the day, and that counts"
    silent = Sidecar.model_validate(said.model_dump(exclude={"capacity", "waiting"}))
    keep_sidecars(filled.desk, ADMINISTRATOR, KEY, {**SIDECARS, NORTH: said})
    keep_sidecars(filled.desk, ADMINISTRATOR, KEY, {**SIDECARS, NORTH: silent})
    assert kept(filled).sidecars[NORTH] == said
    confirmed = SIDECARS[NORTH].model_copy(update={"receiving_key": other})
    keep_sidecars(filled.desk, ADMINISTRATOR, KEY, {**SIDECARS, NORTH: confirmed})
    assert kept(filled).sidecars[NORTH].waiting is None, "the key that waited is the one that was given"


@pytest.mark.parametrize(
    "new", [without(NORTH), {**SIDECARS, NORTH: sidecar(NORTH, confidential_address=None)}], ids=["gone", "shown"]
)
def test_what_was_hidden_is_not_shown_by_a_slip(filled, new):
    with pytest.raises(UncoveredError, match=r"`small north-shelter` would not be hidden any more") as refused:
        keep_sidecars(filled.desk, ADMINISTRATOR, KEY, new)
    assert "Canary" not in str(refused.value)
    assert kept(filled).sidecars == SIDECARS
    assert ("directory:change", "input_refused") in filled.said()
    keep_sidecars(filled.desk, ADMINISTRATOR, KEY, new, uncover=True)
    assert kept(filled).sidecars == new


def test_a_hidden_location_stays_hidden_too(filled):
    hiding = {**SIDECARS, SOUTH: sidecar(SOUTH, hidden_locations=("l-south-shelter", "l-2"))}
    keep_sidecars(filled.desk, ADMINISTRATOR, KEY, hiding)
    with pytest.raises(UncoveredError, match="south-shelter"):
        keep_sidecars(filled.desk, ADMINISTRATOR, KEY, {**SIDECARS, SOUTH: sidecar(SOUTH, hidden_locations=("l-2",))})


def test_the_address_is_in_no_row_entry_text_or_line_of_a_log(filled, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    found = kept(filled)
    said = [*(sealed for _, sealed in shelf(filled).values()), *filled.leaves()]
    assert all(b"Canary" not in part for part in said)
    assert "Canary" not in repr((found, found.sidecars, found.services)) + caplog.text + "".join(capsys.readouterr())
    assert "Canary" not in json.dumps([one.model_dump(mode="json") for one in found.sidecars.values()])


def test_records_of_another_version_of_the_program_are_refused_without_a_word_of_them(filled, monkeypatch):
    found = kept(filled)
    plain = json.dumps([{"service": {"source": "s", "id": "i"}, "confidential_address": ADDRESS, "colour": "red"}])
    monkeypatch.setattr(type(found), "_unsealed", lambda _self, name: plain.encode() if name == SHELVED else None)
    monkeypatch.setattr(type(found), "_version", lambda _self, _name: 0)
    with pytest.raises(FileRefusedError) as refused:
        _ = found.sidecars
    assert refused.value.__context__ is None
    assert "Canary" not in str(refused.value)


def test_a_compact_form_of_another_version_is_made_anew(filled, monkeypatch):
    monkeypatch.setattr("nrm.directory.compact.FORM", b"nrm-services-0\n")
    keep_sidecars(filled.desk, ADMINISTRATOR, KEY, SIDECARS)
    monkeypatch.undo()
    assert kept(filled).services == candidates(DIRECTORY, SIDECARS)


def test_every_look_and_change_has_its_entry(filled):
    before = len(filled.said())
    kept(filled)
    import_directory(filled.desk, ADMINISTRATOR, KEY, DIRECTORY, SOURCE)
    keep_sidecars(filled.desk, ADMINISTRATOR, KEY, SIDECARS)
    told = ["directory:read", "directory:import", "directory:change"]
    assert filled.said()[before:] == [(verb, "done") for verb in told]


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("administrator", {"read", "import", "change"}),
        ("coordinator", {"read", "import", "change"}),
        ("caseworker", {"read"}),
        ("supervisor", {"read"}),
        *((role, set()) for role in ("provider", "overseer", "worker", "first_responder")),
    ],
)
def test_only_who_keeps_the_directory_changes_it(office, role, may):
    who = asked(role)
    for verb, work in {
        "read": lambda: read(office.desk, who, KEY),
        "import": lambda: import_directory(office.desk, who, KEY, DIRECTORY, SOURCE),
        "change": lambda: keep_sidecars(office.desk, who, KEY, SIDECARS),
    }.items():
        before = dict(shelf(office))
        if verb in may:
            work()
            continue
        with pytest.raises(NotPermittedError):
            work()
        assert shelf(office) == before
        assert office.said()[-1] == (f"directory:{verb}", "not_permitted")


def overtaking(monkeypatch, office, times, act):
    """Have somebody else act after each of the first `times` looks of whoever imports."""
    looked_at, left = directory_kept._looked_at, [times]  # noqa: SLF001 - between look and change, others act

    def look(*arguments, **more):
        found = looked_at(*arguments, **more)
        if left[0]:
            left[0] -= 1
            still, left[0] = left[0], 0
            act(office)
            left[0] = still
        return found

    monkeypatch.setattr(directory_kept, "_looked_at", look)


def import_other(office):
    other = Directory(services=(replaced(CLINIC, source="other", at=(), organization_id=""),))
    import_directory(office.desk, asked("coordinator"), KEY, other, "other")


def test_two_who_import_at_once_lose_nothing(filled, monkeypatch):
    overtaking(monkeypatch, filled, 2, import_other)
    changed = DIRECTORY.with_services(tuple(one for one in DIRECTORY.services if one.key != SOUTH))
    import_directory(filled.desk, ADMINISTRATOR, KEY, changed, SOURCE)
    assert {one.key for one in kept(filled).directory.services} == {*KEYS, ("other", "clinic")} - {SOUTH}
    assert filled.said().count(("directory:import", "conflict")) == 2


def test_an_import_meets_records_that_were_kept_meanwhile(filled, monkeypatch):
    hiding = {**SIDECARS, SOUTH: sidecar(SOUTH, hidden_locations=("l-south-shelter",))}
    overtaking(monkeypatch, filled, 1, lambda office: keep_sidecars(office.desk, asked("coordinator"), KEY, hiding))
    import_directory(filled.desk, ADMINISTRATOR, KEY, DIRECTORY, SOURCE)
    assert kept(filled).services == candidates(DIRECTORY, hiding)


def test_who_is_overtaken_for_ever_is_told_and_has_changed_nothing(filled, monkeypatch):
    overtaking(monkeypatch, filled, 99, import_other)
    with pytest.raises(DirectoryBusyError, match="try again when they have done"):
        import_directory(filled.desk, ADMINISTRATOR, KEY, Directory(), SOURCE)
    assert set(KEYS) <= {one.key for one in kept(filled).directory.services}


def test_editions_count_up_with_every_change(office):
    def now():
        return office.store.run(lambda unit: edition(unit.shelf))

    assert now() == 0
    import_directory(office.desk, ADMINISTRATOR, KEY, DIRECTORY, SOURCE)
    assert now() == 1
    keep_sidecars(office.desk, ADMINISTRATOR, KEY, SIDECARS)
    assert now() == kept(office).edition == 2


@pytest.fixture
def with_a_key_given_up(filled):
    """The shelf as it was, and a new edition in which the shelter in the south has no key any more."""
    old = dict(shelf(filled))
    given_up = sidecar(SOUTH, receiving_key=None, confirmed=None)
    keep_sidecars(filled.desk, ADMINISTRATOR, KEY, {**SIDECARS, SOUTH: given_up})
    return filled, old


def test_an_older_record_is_not_taken_for_todays_with_or_without_its_version(with_a_key_given_up):
    filled, old = with_a_key_given_up
    for put_back in (old[SHELVED], (shelf(filled)[SHELVED][0], old[SHELVED][1]), shelf(filled)[SERVICES]):
        shelf(filled)[SHELVED] = put_back
        with pytest.raises(MisplacedError):
            _ = kept(filled).sidecars
    del shelf(filled)[SHELVED]
    with pytest.raises(MisplacedError):
        _ = kept(filled).sidecars


def test_altered_bytes_and_another_key_open_nothing(filled):
    with pytest.raises(MisplacedError):
        _ = replace(kept(filled), key=new_data_key()).directory
    version, sealed = shelf(filled)[SHELVED]
    shelf(filled)[SHELVED] = (version, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(TamperedError):
        _ = kept(filled).sidecars

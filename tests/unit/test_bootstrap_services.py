"""The services of an installation: of today's directory, asked in the middle of work, and loaded only if asked."""

from __future__ import annotations

import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from shutil import copytree, ignore_patterns
from uuid import uuid4

import pytest
from fakes import REAL
from fakes_store import MemoryStore
from fast_keys import made_keys, opened_keys
from small_directory import CLINIC, DAY, DIRECTORY, KEYS, LAWYER, NORTH, SIDECARS, SOURCE, SOUTH, sidecar

from nrm.bootstrap import Application
from nrm.bootstrap_counter import LATER_SECRETS, PACKAGE_SIGNING, SERVICE_MARKS
from nrm.bootstrap_services import LOOK_SECONDS, FixedServices, KeptServices
from nrm.bootstrap_store import ACTORS, add_later_secrets, create_office, open_office
from nrm.casework.asked import Asked
from nrm.casework.errors import StoreError
from nrm.casework.office.directory_kept import import_directory, keep_sidecars
from nrm.casework.office.directory_sealed import Kept, taken
from nrm.casework.ports import Installation
from nrm.config import Settings
from nrm.delivery.carrier import Carrier
from nrm.directory.need import Need
from nrm.errors import FileRefusedError, Problem, UnknownNameError
from nrm.home import home_text, read_home
from nrm.referral.sshsig import SshSigner
from nrm.vault.envelope import new_data_key
from nrm.vault.errors import KeyStoreRefusedError

KEY = new_data_key()
SHELTER = Need("safe_accommodation", DAY, age="adult", region="South")
OFFERS = sorted({offer for one in DIRECTORY.services for offer in one.types} | {"guardian"})


class Shelf:
    """A shelf in memory, a clock that stands, and how often the shelf was looked at."""

    def __init__(self):
        self.store = MemoryStore(Installation(b"k" * 16, "example.org/log", "none"))
        self.now, self.looks, self.broken = 100.0, 0, False

    def read(self, work):
        if self.broken:
            raise StoreError(Problem("store", 0, "gone"))
        self.looks += 1
        return self.store.run(lambda unit: work(unit.shelf))

    def put(self, directory=None, sidecars=None):
        kept = Kept(KEY, self.read(taken))
        rows = kept.with_directory(directory) if directory is not None else kept.with_sidecars(sidecars)
        self.store.run(lambda unit: [unit.shelf.put(*row) for row in rows])

    def services(self):
        return KeptServices(self.read, KEY, lambda: self.now)


@pytest.fixture
def shelf():
    return Shelf()


@pytest.fixture
def filled(shelf):
    shelf.put(directory=DIRECTORY)
    shelf.put(sidecars=SIDECARS)
    return shelf


def ranked(services, need):
    found = services.rank(need)
    return [found.candidates[row].key for row in found.rows.tolist()], found.scores.tolist(), found.reasons


@pytest.mark.parametrize("offer", OFFERS)
def test_kept_services_rank_as_the_directory_itself(filled, offer):
    need = replace(SHELTER, offer=offer)
    assert ranked(filled.services(), need) == ranked(FixedServices(DIRECTORY, SIDECARS), need)


def test_kept_services_and_records_are_those_of_the_directory(filled):
    services, fixed = filled.services(), FixedServices(DIRECTORY, SIDECARS)
    for key in (*KEYS, (SOURCE, "nobody")):
        assert services.candidate(key) == fixed.candidate(key)
        assert services.sidecar(key) == fixed.sidecar(key) == SIDECARS.get(key)
    assert services.sidecar(LAWYER).usable_key is None
    assert [one.key for one in services.listed(lambda _: True, None, 100)] == sorted(KEYS)
    assert services.listed(lambda one: "o" in one.name, KEYS[0], 2) == fixed.listed(
        lambda one: "o" in one.name, KEYS[0], 2
    )
    assert services.candidate(NORTH).confidential


def test_without_a_directory_a_coordinator_must_act(shelf):
    services = shelf.services()
    assert services.rank(SHELTER).duty is not None
    assert (services.candidate(CLINIC), services.sidecar(CLINIC)) == (None, None)


def test_a_newer_edition_is_seen_after_a_second_and_looked_for_once_in_it(filled):
    services = filled.services()
    assert services.sidecar(SOUTH).usable_key is not None
    filled.put(sidecars={**SIDECARS, SOUTH: sidecar(SOUTH, receiving_key=None, confirmed=None)})
    before = filled.looks
    filled.now += LOOK_SECONDS * 0.9
    assert services.sidecar(SOUTH).usable_key is not None
    assert filled.looks == before
    filled.now += LOOK_SECONDS * 0.1
    assert services.sidecar(SOUTH).usable_key is None
    services.rank(SHELTER)
    assert filled.looks == before + 2  # which edition, and the edition
    filled.now += LOOK_SECONDS
    services.candidate(SOUTH)
    assert filled.looks == before + 3


def test_a_store_that_is_gone_is_an_error_and_no_old_answer(filled):
    services = filled.services()
    services.rank(SHELTER)
    filled.broken = True
    filled.now += LOOK_SECONDS
    with pytest.raises(StoreError):
        services.rank(SHELTER)


def test_threads_that_come_at_once_load_the_directory_once(filled):
    services, answers = filled.services(), []
    before = filled.looks
    threads = [threading.Thread(target=lambda: answers.append(services.candidate(CLINIC))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(answers) == 8
    assert all(one is answers[0] is not None for one in answers)
    assert filled.looks == before + 2


@pytest.fixture(scope="module")
def app():
    return Application(REAL)


def new_home(folder, **more):
    (folder / "home.toml").write_text(home_text("nrm.example.org/log", uuid4(), **more))
    return read_home(folder)


@pytest.fixture
def home(tmp_path):
    return new_home(tmp_path, country="gb", zone="Europe/London")


@pytest.fixture
def office(home, app):
    with closing(create_office(home, made_keys(home.keys), app)) as made:
        yield made


def test_services_are_asked_in_the_middle_of_a_unit_of_work_and_wait_for_none(office):
    who = Asked(uuid4(), office.home.organisation, "administrator")
    import_directory(office.desk, who, office.directory_key, DIRECTORY, SOURCE)
    keep_sidecars(office.desk, who, office.directory_key, SIDECARS)
    services = office.desk.counter.services

    def work(unit):
        unit.shelf.put("other", 1, b"a lock on the whole file is taken now")
        return ranked(services, SHELTER)

    assert office.store.run(work) == ranked(FixedServices(DIRECTORY, SIDECARS), SHELTER)


def test_the_counter_has_what_the_settings_and_the_rules_say(office):
    counter = office.desk.counter
    assert (counter.origin, counter.country) == ("nrm.example.org/log", "gb")
    assert (counter.calendar.country, counter.calendar.zone) == ("gb", "Europe/London")
    assert counter.routes.disclosure("medical_care") == "share_with_health"
    assert counter.tasks["no_service_found"].by
    assert counter.wordings.version_on(DAY)
    assert counter.speaker("fr").language == "fr"
    assert isinstance(office.carrier(), Carrier)


def test_keys_of_the_counter_stay_and_are_shown_nowhere(office):
    counter = office.desk.counter
    assert len(counter.mark_key) == 32
    again = open_office(office.home, opened_keys(office.home.keys), office.app)
    with closing(again):
        assert again.desk.counter.mark_key == counter.mark_key
        assert again.desk.counter.signer.public == counter.signer.public
        assert again.directory_key.expose() == office.directory_key.expose()
    for text in (repr(counter), repr(office.directory_key)):
        assert counter.mark_key.hex() not in text
        assert repr(counter.mark_key) not in text
        assert len(text) < 40


def test_an_office_is_opened_without_tables_of_referral_until_somebody_needs_them(home, tmp_path):
    rules = copytree(REAL.rules, tmp_path / "rules", ignore=ignore_patterns("directory", "consent"))
    with closing(create_office(home, made_keys(home.keys), Application(Settings(rules, REAL.seeds)))) as made:
        assert made.desk.books.words().offers
        assert made.desk.counter.calendar.zone == "Europe/London"
        for part, file in (("tasks", "tasks.yaml"), ("routes", "referrals.yaml"), ("wordings", "consent")):
            with pytest.raises(FileRefusedError, match=file):
                getattr(made.desk.counter, part)


def test_a_parameter_has_the_value_of_its_day_and_country(office):
    books = office.desk.books
    value = books.parameter("recovery_period_days", DAY, None)
    assert value.unit == "days"
    assert books.parameter("recovery_period_days", DAY, "gb").amount >= value.amount
    for name, day in (("nothing_like_it", DAY), ("recovery_period_days", DAY - timedelta(days=9999))):
        with pytest.raises(UnknownNameError, match=f"the parameter `{name}` has no value"):
            books.parameter(name, day, None)


def older_keys(path):
    """Keys as they were made before there was referral."""
    keys = made_keys(path)
    keys.add_secret(ACTORS)
    return keys


def test_an_older_installation_gets_its_secrets_once(tmp_path):
    keys = older_keys(tmp_path / "keys.json")
    add_later_secrets(keys)
    first = [keys.secret(name) for name in LATER_SECRETS]
    add_later_secrets(opened_keys(tmp_path / "keys.json"))
    assert [keys.secret(name) for name in LATER_SECRETS] == first
    assert len({*first, keys.secret(ACTORS)}) == len(first) + 1


def test_two_who_open_an_older_installation_at_once_agree_about_its_secrets(tmp_path, monkeypatch):
    ours, theirs = older_keys(tmp_path / "keys.json"), opened_keys(tmp_path / "keys.json")
    add = type(ours).add_secret

    def overtaken(keys, name):
        if keys is ours:
            add(theirs, name)
        add(keys, name)

    monkeypatch.setattr(type(ours), "add_secret", overtaken)
    add_later_secrets(ours)
    for name in (PACKAGE_SIGNING, SERVICE_MARKS):
        assert ours.secret(name) == theirs.secret(name)
    assert SshSigner(ours.secret(PACKAGE_SIGNING)).public


def test_a_key_file_that_cannot_take_the_secrets_is_told(tmp_path, monkeypatch):
    keys = older_keys(tmp_path / "keys.json")

    def refuse(_keys, _name):
        raise KeyStoreRefusedError(Problem("key file", 0, "the file cannot be written: read-only file system"))

    monkeypatch.setattr(type(keys), "add_secret", refuse)
    with pytest.raises(KeyStoreRefusedError, match="read-only file system"):
        add_later_secrets(keys)

"""What a process does besides answering: here, what it prepares so that nobody waits for it."""

from threading import Event
from types import SimpleNamespace

import pytest
from fakes import write_rulebook
from homes import made_home, settle
from starlette.testclient import TestClient

from api.background import Background
from api.server import application
from api.watching.numbers import Numbers
from nrm.cli.asking import office
from nrm.errors import NrmError, Problem


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr("api.background.PREPARE_SECONDS", 0.01)


@pytest.fixture
def background():
    """Nothing waits in its log."""
    office = SimpleNamespace(sequencer=SimpleNamespace(run=lambda: None), store=SimpleNamespace(read=lambda _: False))
    return Background(office, None, Numbers())


def test_what_takes_seconds_is_made_beside_the_answers_and_not_before_them(background):
    asked, made = Event(), Event()

    def prepare():
        assert asked.wait(10)
        made.set()

    background.start(prepare)  # it does not wait for it: who asks is answered meanwhile
    assert not made.is_set()
    asked.set()
    assert made.wait(10)
    background.stop()


def test_a_service_that_ends_before_that_ends_at_once(background, monkeypatch):
    monkeypatch.setattr("api.background.PREPARE_SECONDS", 3600)
    made = Event()
    background.start(made.set)
    background.stop()
    assert not made.is_set()


@pytest.mark.parametrize("error", [NrmError(Problem("rules", 0, "there are none")), RuntimeError("a fault")])
def test_what_cannot_be_prepared_keeps_no_service_from_running(background, error):
    tried = Event()

    def prepare():
        tried.set()
        raise error

    background.start(prepare)
    assert tried.wait(10)
    background.stop()


def test_the_description_of_the_service_is_made_before_anybody_asks_for_it(tmp_path, monkeypatch):
    small = write_rulebook(tmp_path)
    made, described = made_home(tmp_path, small), Event()
    settle(monkeypatch, small, made.folder, made.passphrase)
    monkeypatch.setattr("api.openapi.describe", lambda *_: described.set() or {})
    with office(made.folder, made.passphrase) as opened, TestClient(application(opened, works=False)):
        assert described.wait(30)

"""Attachments on real databases: nothing in the clear anywhere, nothing left of a shredded case, nothing half."""

from __future__ import annotations

import json
import os
import signal
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import canaries
import pytest
from attachment_desk import content
from canary_place import Place
from clear_pages import pages
from real_installations import ON, asked, founded, opened, record
from sqlalchemy import func, select

from nrm.casework.cases import attachments, keep
from nrm.casework.cases.uploads import LONGEST, clean_up
from nrm.storage.schema_registry import parts
from nrm.vault.parts import PART

WINDOW = 16


@pytest.fixture(params=["sqlcipher", "postgresql"])
def place(request, tmp_path, monkeypatch):
    made = Place(request.param, tmp_path, monkeypatch)
    yield made
    if made.server:
        made.server.end()


def test_no_word_of_a_file_or_of_its_name_is_anywhere_in_the_clear(place):
    """Its content goes in, comes out where somebody asked for it, breaks off, and is refused."""
    nrm = place.nrm
    nrm("init", place.home, "--origin", "nrm.example.org/log", "--organisation", "shelter-a", *place.database())
    case = json.loads(nrm("case", "open", place.case_file, "--json").out)["case"]
    words = " ".join(canaries.CORES.values())
    file = place.given(f"{next(iter(canaries.CORES.values()))}.txt", (words + "\n") * (PART // len(words)) * 2)
    bad = place.given("bad.txt", words * (PART // len(words)) * 2 + "<script>")
    one = json.loads(nrm("case", "attach", case, file, "--json", shown=True).out)
    nrm("case", "attach", case, bad, code=2)
    nrm("case", "attachments", case, shown=True)
    nrm("case", "fetch-attachment", case, one["id"], "--out", place.folder / "given" / "out.txt")
    nrm("case", "fetch-attachment", case, one["id"], "--out", place.folder / "none" / "out.txt", code=2)
    assert (place.folder / "given" / "out.txt").read_bytes() == file.read_bytes()
    place.end()
    assert place.found() == []


@pytest.fixture
def home(tmp_path):
    return founded(tmp_path / "home")


def clear(office):
    return pages(office.home.database_file, office.desk.keyring._provider.secret("database"))  # noqa: SLF001


def test_no_byte_of_a_sealed_part_is_left_of_a_shredded_case(home):
    office = opened(home)
    who = asked(home)
    cases = [keep.open_case(office.desk, who, record(f"story {number}"), ON).case for number in range(2)]
    for case in cases:
        attachments.add(office.desk, who, case, "scan.pdf", [content(3 * PART)])

    def windows():
        with office.database.connect() as connection:
            found = connection.execute(select(parts.c.case_id, parts.c.sealed)).all()
        return {
            case: [sealed[at : at + WINDOW] for owner, sealed in found if owner == case for at in (100, -200)]
            for case in cases
        }

    before = windows()
    assert all(len(found) == 6 for found in before.values())
    assert all(one in clear(office) for case in cases for one in before[case]), "so the search can find"
    keep.shred(office.desk, asked(home, "supervisor"), cases[0])
    after = clear(office)
    assert not any(one in after for one in before[cases[0]])
    assert all(one in after for one in before[cases[1]])
    office.close()


def killed_after(home, case, many):
    """Add an attachment in a process of its own, which is killed after so many parts were asked for."""
    child = os.fork()
    if not child:
        with suppress(BaseException):
            office = opened(home)
            whole = content(6 * PART)

            def chunks():
                for number in range(6):
                    if number == many:
                        os.kill(os.getpid(), signal.SIGKILL)
                    yield whole[number * PART : (number + 1) * PART]

            attachments.add(office.desk, asked(home), case, "scan.pdf", chunks())
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL


def stored(office):
    with office.database.connect() as connection:
        return connection.scalar(select(func.count()).select_from(parts))


def test_a_process_that_is_killed_between_two_parts_leaves_nothing_to_read_and_the_worker_removes_it(home):
    office = opened(home)
    case = keep.open_case(office.desk, asked(home), record("story"), ON).case
    office.close()
    for many in range(6):
        killed_after(home, case, many)
    office = opened(home)
    assert stored(office) == sum(max(0, many - 1) for many in range(6))
    assert attachments.attachments(office.desk, asked(home), case) == []
    later = replace(office.desk, clock=lambda: office.desk.clock() + LONGEST + timedelta(minutes=1))
    assert clean_up(office.desk) == 0
    assert clean_up(later) == 6
    assert stored(office) == 0
    one = attachments.add(office.desk, asked(home), case, "scan.pdf", [content(PART + 1)])
    assert b"".join(attachments.read(office.desk, asked(home), case, one.id)[1]) == content(PART + 1)
    office.close()

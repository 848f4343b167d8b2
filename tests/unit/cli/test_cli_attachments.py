"""`nrm case attach …`: files go in sealed, come out whole for their owner only, and go with a referral when named."""

from __future__ import annotations

import stat
from uuid import uuid4

import pytest
from attachment_desk import content
from referral_homes import OFFER, TO_NORTH

from nrm.vault.parts import PART


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "scan.pdf"
    path.write_bytes(content(PART + 77))
    return path


def attached(at, file, *more):
    return at.json("case", "attach", at.case, file, *more)


def test_a_file_is_attached_listed_fetched_and_detached(at, file, tmp_path):
    one = attached(at, file, "--group", "contact", "--name", "letter.pdf")
    assert (one["name"], one["media"], one["size"], one["group"]) == (
        "letter.pdf",
        "application/pdf",
        PART + 77,
        "contact",
    )
    assert at.json("case", "attachments", at.case) == [one]
    assert "letter.pdf application/pdf · 262221 bytes · contact" in at.done("case", "attachments", at.case).text
    out = tmp_path / "out.pdf"
    at.done("case", "fetch-attachment", at.case, one["id"], "--out", out)
    assert out.read_bytes() == content(PART + 77)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    at.done("case", "detach", at.case, one["id"], "--yes")
    assert at.json("case", "attachments", at.case) == []
    verbs = [verb for verb, _ in at.told(6)]
    assert verbs == [f"attachment:{one}" for one in ("add", "read", "read", "read", "remove", "read")]


def test_detaching_asks_first(at, file):
    one = attached(at, file)
    said = at("case", "detach", at.case, one["id"], stdin=b"n\n")
    assert (said.code, said.err) == (
        1,
        "Nobody will have this attachment any more. Remove it? [y/N] nothing was removed\n",
    )
    assert at.json("case", "attachments", at.case) == [one]


def test_a_file_is_never_written_over_another(at, file, tmp_path):
    one = attached(at, file)
    there = tmp_path / "there"
    there.write_text("mine")
    said = at("case", "fetch-attachment", at.case, one["id"], "--out", there)
    assert (said.code, there.read_text()) == (2, "mine")
    assert "something stands there already" in said.err


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"<html>", "a.txt", "for browsers"),
        (b"\0\1", "a.pdf", "of no type that is kept"),
        (b"text\n", "a.pdf", "its name ends as that of another type than it is; give it the ending `.txt`"),
        (b"", "a.txt", "it is empty"),
    ],
)
def test_what_is_not_kept_says_why(at, tmp_path, data, name, told):
    (tmp_path / name).write_bytes(data)
    said = at("case", "attach", at.case, tmp_path / name)
    assert (said.code, said.out) == (2, "")
    assert told in said.err
    assert at.told() == [("attachment:add", "input_refused")]


def test_a_file_that_is_not_there_and_an_identifier_that_is_none_are_told(at, tmp_path):
    assert "cannot be read: no such file" in at("case", "attach", at.case, tmp_path / "none.pdf").err
    said = at("case", "detach", at.case, "scan", "--yes")
    assert (said.code, "this is not an identifier; use what `nrm case attachments` shows" in said.err) == (2, True)
    assert "has no such attachment" in at("case", "fetch-attachment", at.case, uuid4(), "--out", tmp_path / "x").err
    assert not (tmp_path / "x").exists()


def test_limits_stand_in_the_settings_of_the_installation(at, file):
    settings = at.home / "home.toml"
    settings.write_text(settings.read_text() + "\n[attachments]\nbytes_each = 1000\n")
    said = at("case", "attach", at.case, file)
    assert (said.code, "it has more than 1000 bytes" in said.err) == (2, True)
    assert at.told() == [("attachment:add", "too_large")]


def test_a_referral_carries_what_is_named_and_refuses_what_the_service_may_not_have(at, file):
    at.consent()
    one, other = attached(at, file, "--group", "contact"), attached(at, file.with_name("scan.pdf"))
    assert one == other, "the same file is there once"
    (file.parent / "note.txt").write_text("a note")
    evidence = at.json("case", "attach", at.case, file.parent / "note.txt")
    wanted = ("refer", at.case, "--offer", OFFER, "--to", TO_NORTH, "--attach")
    said = at(*wanted, one["id"], "--attach", evidence["id"])
    assert (said.code, "may not have attachments of `evidence`" in said.err) == (1, True)
    assert at.json("referral", "list", at.case) == []
    assert at.json(*wanted, one["id"])["referral"]["attachments"] == [one["id"]]

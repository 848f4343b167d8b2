"""A file put into a service's folder: whole or not at all, once, and nowhere else."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parcels import parcel

from nrm.delivery import Delivered, Impossible, Later
from nrm.delivery.drop import drop

NOBODY = 65534


@pytest.fixture
def root(tmp_path):
    (tmp_path / "drops" / "shelter").mkdir(parents=True)
    return tmp_path / "drops"


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_message_stands_in_the_folder_under_its_id(root):
    sent = parcel(folder="shelter")
    assert drop(sent, root) == Delivered()
    assert everything(root) == {Path("shelter") / f"{sent.message}.age": b"sealed"}


def test_nobody_but_owner_and_group_may_read_it(root):
    sent = parcel(folder="shelter")
    drop(sent, root)
    assert (root / "shelter" / f"{sent.message}.age").stat().st_mode & 0o7777 & ~0o640 == 0


def test_a_folder_may_lie_deeper(root):
    (root / "shelter" / "in").mkdir()
    assert drop(parcel(folder="shelter/in"), root) == Delivered()
    assert len(everything(root / "shelter" / "in")) == 1


def test_the_same_message_again_changes_nothing(root):
    sent = parcel(folder="shelter")
    drop(sent, root)
    path = root / "shelter" / f"{sent.message}.age"
    before = path.stat()
    assert drop(sent, root) == Delivered()
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("stands", [b"", b"seale", b"sealed.", b"another"])
def test_other_bytes_under_its_name_are_left_as_they_are(root, stands):
    sent = parcel(folder="shelter")
    path = root / "shelter" / f"{sent.message}.age"
    path.write_bytes(stands)
    assert drop(sent, root) == Impossible("other_bytes")
    assert everything(root) == {path.relative_to(root): stands}


def test_a_folder_that_is_not_there_is_not_made(root):
    assert drop(parcel(folder="clinic"), root) == Impossible("folder_missing")
    assert drop(parcel(folder="shelter"), root / "nowhere") == Impossible("folder_missing")
    assert list(root.iterdir()) == [root / "shelter"]


ESCAPES = ["..", "../drops/shelter", "shelter/../..", "shelter/..", ".", "./shelter", "shelter/", "shelter//in", "/",
           "/elsewhere", "shelter\0", "x" * 300]  # fmt: skip


@pytest.mark.parametrize("folder", ESCAPES)
def test_no_folder_leads_out_of_the_root(root, folder):
    assert drop(parcel(folder=folder), root) == Impossible("folder_refused")
    assert everything(root.parent) == {}


@given(st.lists(st.sampled_from(["..", ".", "", "shelter", "out", "in", "x"]), min_size=1, max_size=6))
def test_no_path_leads_out_of_the_root(parts):
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        (base / "drops" / "shelter" / "in").mkdir(parents=True)
        (base / "x").mkdir()
        (base / "drops" / "out").symlink_to(base)
        text = "/".join(parts)
        result = drop(parcel(folder=text or "/"), base / "drops")
        inside = {"shelter": base / "drops" / "shelter", "shelter/in": base / "drops" / "shelter" / "in"}
        assert (result == Delivered()) == (text in inside)
        assert [path.parent for path in base.rglob("*.age")] == ([inside[text]] if text in inside else [])


@pytest.mark.parametrize("target", ["..", "../other", "shelter", "/elsewhere"])
def test_a_link_is_not_followed_also_not_within_the_root(root, target):
    (root.parent / "other").mkdir()
    (root / "clinic").symlink_to(target)
    (root / "shelter" / "in").symlink_to(root.parent / "other")
    for folder in ("clinic", "shelter/in"):
        assert drop(parcel(folder=folder), root) == Impossible("folder_refused")
    assert everything(root.parent) == {}


def test_a_link_in_the_place_of_the_message_is_not_followed(root):
    sent = parcel(folder="shelter")
    secret = root.parent / "secret"
    secret.write_bytes(b"sealed")
    for target in (secret, root.parent / "new"):
        path = root / "shelter" / f"{sent.message}.age"
        path.unlink(missing_ok=True)
        path.symlink_to(target)
        assert drop(sent, root) == Impossible("folder_refused")
    assert not (root.parent / "new").exists()


def test_something_else_than_a_file_in_the_place_of_the_message_is_for_a_person(root):
    sent, other = parcel(folder="shelter"), parcel(folder="shelter")
    os.mkfifo(root / "shelter" / f"{sent.message}.age")
    (root / "shelter" / f"{other.message}.age").mkdir()
    assert drop(sent, root) == drop(other, root) == Impossible("folder_refused")


def test_a_file_in_the_place_of_the_folder_is_for_a_person(root):
    (root / "clinic").write_bytes(b"")
    assert drop(parcel(folder="clinic"), root) == Impossible("folder_refused")


def test_a_folder_that_we_may_not_write_is_for_a_person():
    with tempfile.TemporaryDirectory() as name, _unprivileged(Path(name)):
        assert drop(parcel(folder="shelter"), Path(name)) == Impossible("folder_not_writable")
        assert everything(Path(name)) == {}


@pytest.mark.parametrize("code", [errno.EROFS, errno.EPERM, errno.EACCES])
def test_a_disk_for_reading_only_is_for_a_person(root, monkeypatch, code):
    _fail(monkeypatch, "rename", code)
    assert drop(parcel(folder="shelter"), root) == Impossible("folder_not_writable")
    assert everything(root) == {}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.ESTALE, errno.EMFILE])
@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_disk_in_trouble_is_tried_again_and_no_half_file_stays(root, monkeypatch, code, call):
    _fail(monkeypatch, call, code)
    sent = parcel(folder="shelter")
    assert drop(sent, root) == Later("folder_unavailable")
    assert everything(root) == {}
    monkeypatch.undo()
    assert drop(sent, root) == Delivered()


def test_bytes_are_on_the_disk_before_their_name_and_the_name_before_it_counts(root, monkeypatch):
    told = []
    for call in ("fsync", "rename"):
        real = getattr(os, call)
        monkeypatch.setattr(os, call, lambda *a, _r=real, _c=call, **n: (told.append(_c), _r(*a, **n))[1])
    sent = parcel(folder="shelter")
    drop(sent, root)
    assert told == ["fsync", "rename", "fsync"]
    drop(sent, root)
    assert told[3:] == ["fsync"]  # the folder's: whoever wrote the file may have been killed before it


def test_what_a_killed_worker_left_is_cleared_and_other_messages_stay(root):
    sent, other = parcel(folder="shelter"), parcel(folder="shelter")
    for each in (sent, other):
        (root / "shelter" / f".{each.message}.age.0123.part").write_bytes(b"sea")
    drop(sent, root)
    names = {path.name for path in (root / "shelter").iterdir()}
    assert names == {f"{sent.message}.age", f".{other.message}.age.0123.part"}


def test_many_workers_with_one_message_leave_one_whole_file(root):
    body = Random(1).randbytes(200_000)  # noqa: S311 - any bytes
    sent = parcel(body=body, folder="shelter")
    results = []
    threads = [threading.Thread(target=lambda: results.append(drop(sent, root))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(results) <= {Delivered(), Later("folder_unavailable")}
    assert Delivered() in results
    assert everything(root) == {Path("shelter") / f"{sent.message}.age": body}


def test_a_worker_that_is_overtaken_gives_the_name_only_to_what_it_wrote_itself(root, monkeypatch):
    sent, results = parcel(folder="shelter"), []
    opened, go_on = threading.Event(), threading.Event()
    second = threading.Thread(target=lambda: results.append(drop(sent, root)))
    real_open, real_fsync = os.open, os.fsync

    def opens(path, flags, *more, **named):
        handle = real_open(path, flags, *more, **named)
        if threading.current_thread() is second and flags & os.O_CREAT:
            opened.set()
            go_on.wait(20)
        return handle

    def syncs(handle):
        real_fsync(handle)
        if second.ident is None:
            second.start()
            assert opened.wait(20)

    monkeypatch.setattr(os, "open", opens)
    monkeypatch.setattr(os, "fsync", syncs)
    results.append(drop(sent, root))
    assert set((root / "shelter").glob("*.age")) == set()
    go_on.set()
    second.join()
    assert results == [Later("folder_unavailable"), Delivered()]
    assert everything(root) == {Path("shelter") / f"{sent.message}.age": b"sealed"}


KILLED = """
import os, signal, sys
from pathlib import Path
from uuid import UUID
from parcels import parcel
from nrm.delivery.drop import drop
steps = int(sys.argv[2])
def killed_after(call):
    def called(*given, **named):
        global steps
        result = call(*given, **named)
        steps -= 1
        if steps == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return result
    return called
for name in ("open", "fsync", "rename", "unlink", "listdir", "close"):
    setattr(os, name, killed_after(getattr(os, name)))
drop(parcel(UUID(int=7), b"sealed", folder="shelter"), Path(sys.argv[1]))
"""


def test_a_worker_killed_after_any_of_its_steps_leaves_a_whole_file_or_none_and_another_goes_on(root):
    sent, path = parcel(UUID(int=7), folder="shelter"), root / "shelter" / f"{UUID(int=7)}.age"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    stood = []
    for steps in range(1, 100):
        ended = subprocess.run([sys.executable, "-c", KILLED, root, str(steps)], env=environment, check=False)
        stood.append(path.exists())
        assert not path.exists() or path.read_bytes() == b"sealed"
        assert drop(sent, root) == Delivered()
        assert everything(root) == {path.relative_to(root): b"sealed"}
        path.unlink()
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL
    assert len(stood) > 6
    assert stood == sorted(stood)
    assert not stood[0]


def _fail(monkeypatch, call, code):
    def fails(*_, **__):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, call, fails)


@contextmanager
def _unprivileged(folder):
    """Be somebody who may read `folder` and not write into it; root may write everywhere."""
    (folder / "shelter").mkdir()
    (folder / "shelter").chmod(0o555)
    folder.chmod(0o755)
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)
        (folder / "shelter").chmod(0o755)

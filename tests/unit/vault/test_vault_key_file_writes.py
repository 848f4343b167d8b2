"""Writing a key file: killed at any moment, or raced by another process, it loses nothing."""

import errno
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import uuid4

import pytest
from fast_keys import AT, made_keys, opened_keys

from nrm.vault import Keyring, new_data_key, private_file
from nrm.vault.errors import KeyLostError, KeyStoreBusyError, KeyStoreRefusedError

TESTS = Path(__file__).resolve().parents[2]
ROTATE_FOREVER = """
import sys
from pathlib import Path
from fast_keys import AT, opened_keys
keys = opened_keys(Path(sys.argv[1]))
print("begun", flush=True)
for _ in range(int(sys.argv[2])):
    keys.new_epoch(AT)
"""


@pytest.fixture
def rotating(key_file):
    """Start a process that rotates the key file again and again."""

    def start(times):
        command = [sys.executable, "-c", ROTATE_FOREVER, key_file, str(times)]
        environment = {**os.environ, "PYTHONPATH": f"{TESTS}{os.pathsep}{TESTS.parent}"}
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)

    return start


def test_a_process_that_is_killed_while_it_writes_leaves_a_whole_file(key_file, keys, rotating):
    known = {keys.current()}
    for round_ in range(300):
        with rotating(10**6) as process:
            assert process.stdout.readline() == b"begun\n"
            time.sleep(0.002 + round_ % 30 * 0.0007)
            process.send_signal(signal.SIGKILL)
        found = {one.epoch for one in opened_keys(key_file).status()}
        assert known <= found
        known = found
        if round_ >= 29 and len(known) > 30:  # a slow disk needs more rounds
            break
    assert len(known) > 30
    keys.new_epoch(AT)
    assert sorted(path.name for path in key_file.parent.iterdir()) == [".keys.json.lock", "keys.json"]


def test_two_processes_that_rotate_at_once_lose_no_epoch(key_file, keys, rotating):
    racing = [rotating(15), rotating(15)]
    for _ in range(15):
        keys.new_epoch(AT)
    for process in racing:
        with process:
            assert process.wait(timeout=60) == 0 or process.stdout.read() is None
    numbers = [one.epoch.number for one in opened_keys(key_file).status()]
    assert numbers == list(range(1, 1 + 1 + 45))


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_beside_it(key_file, keys, monkeypatch, step):
    before = key_file.read_bytes()

    def failing(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        if step == "replace":
            patched.setattr(Path, "replace", failing)
        elif step == "fsync":
            patched.setattr(private_file.os, "fsync", failing)
        else:
            patched.setattr(private_file, "_write_new", failing)
        with pytest.raises(KeyStoreRefusedError, match="cannot be written: no space left on device"):
            keys.new_epoch(AT)
    assert key_file.read_bytes() == before
    assert sorted(path.name for path in key_file.parent.iterdir()) == [".keys.json.lock", "keys.json"]
    assert keys.new_epoch(AT).number == 2


def test_the_file_and_its_folder_are_synced_in_this_order(keys, monkeypatch):
    done = []
    fsync, replace = os.fsync, Path.replace

    def synced(handle):
        done.append("folder" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")  # noqa: PTH112 - a descriptor
        fsync(handle)

    def replaced(path, target):
        done.append("replaced")
        return replace(path, target)

    monkeypatch.setattr(private_file.os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    keys.new_epoch(AT)
    assert done == ["file", "replaced", "folder"]


def test_a_destroyed_epoch_is_overwritten_where_the_old_file_stood(key_file, keys):
    """Seen through a handle that was open before; what the disk keeps is another matter, as the code says."""
    keys.new_epoch(AT)
    with key_file.open("rb") as old:
        whole = old.read()
        keys.destroy_epoch(1, AT)
        old.seek(0)
        assert old.read() == bytes(len(whole))
    assert len(opened_keys(key_file).status()) == 2


def test_a_rotation_overwrites_nothing(key_file, keys):
    """A second name of the file, which somebody made as a copy, stays good."""
    copy = key_file.with_name("copy")
    os.link(key_file, copy)
    keys.new_epoch(AT)
    assert len(opened_keys(copy).status()) == 1


def test_a_file_that_is_replaced_while_it_is_read_is_read_again(key_file, keys, monkeypatch):
    """The old file is overwritten after the new one stands, and a reader may just hold the old one."""
    keys.new_epoch(AT)
    changed = []
    fstat = os.fstat

    def meanwhile(handle):
        found = fstat(handle)
        if not changed:
            changed.append(True)
            other.destroy_epoch(1, AT)
        return found

    other = opened_keys(key_file)
    monkeypatch.setattr(private_file.os, "fstat", meanwhile)
    assert [one.destroyed for one in opened_keys(key_file).status()] == [AT, None]


def test_a_lock_that_another_process_holds_is_waited_for_and_then_named(key_file, keys, monkeypatch):
    monkeypatch.setattr(private_file, "_TRIES", 2)
    with key_file.with_name(".keys.json.lock").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(KeyStoreBusyError, match="another process is changing it; try again"):
            keys.new_epoch(AT)
    assert keys.new_epoch(AT).number == 2


def test_what_another_process_rotated_wraps_from_now_on(key_file, keys):
    ours, theirs = Keyring(keys), Keyring(opened_keys(key_file))
    case, key = uuid4(), new_data_key()
    old = ours.wrap(case, key)
    theirs.rotate(AT)
    assert ours.needs_rewrap(old)
    wrapped = ours.wrap(case, key)
    assert theirs.unwrap(case, wrapped).expose() == key.expose()
    assert theirs.epoch_of(wrapped).number == 2


def test_what_another_process_destroyed_is_gone_here_at_the_next_wrap(key_file, keys):
    """No new key may end in an epoch that is gone, and a process that goes on drops what was destroyed."""
    ours, theirs = Keyring(keys), Keyring(opened_keys(key_file))
    case = uuid4()
    old = ours.wrap(case, new_data_key())
    theirs.rotate(AT)
    theirs.destroy_epoch(1, AT)
    assert not ours.needs_rewrap(ours.wrap(case, new_data_key()))
    with pytest.raises(KeyLostError):
        ours.unwrap(case, old)


def test_a_link_in_the_place_of_the_lock_is_not_followed(key_file, tmp_path):
    key_file.with_name(".keys.json.lock").symlink_to(tmp_path / "victim")
    with pytest.raises(KeyStoreRefusedError, match="cannot be locked"):
        made_keys(key_file)
    assert not (tmp_path / "victim").exists()


def test_a_file_that_is_missing_a_folder_or_too_large_is_refused(tmp_path, monkeypatch):
    with pytest.raises(KeyStoreRefusedError, match="there is no such file"):
        opened_keys(tmp_path / "nowhere")
    with pytest.raises(KeyStoreRefusedError, match="this is a folder, not a file; name one file"):
        opened_keys(tmp_path)
    keys = made_keys(tmp_path / "keys")
    monkeypatch.setattr(private_file, "LARGEST", 10)
    with pytest.raises(KeyStoreRefusedError, match="too large"):
        keys.new_epoch(AT)


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(KeyStoreRefusedError, match="cannot be locked: no such file or directory"):
        made_keys(tmp_path / "nowhere" / "keys.json")

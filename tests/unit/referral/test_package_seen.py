"""What was opened before is remembered in a file that only its owner reads, for as long as it matters."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sealed_packages import NOW

from nrm.referral.package_errors import ReplayedError
from nrm.referral.seen import KEPT, SeenMessages, SeenRefusedError, remembered

MESSAGE, UNTIL = UUID(int=5), NOW + timedelta(days=14)


def add(path, message=MESSAGE, until=UNTIL, now=NOW):
    with remembered(path, now) as seen:
        return seen.add(message, until)


def test_a_message_is_new_once(tmp_path):
    path = tmp_path / "seen"
    assert [add(path), add(path), add(path, UUID(int=6)), add(path)] == [True, False, True, False]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def work_that_fails(seen):
    assert seen.add(MESSAGE, UNTIL)
    raise ReplayedError([])


def test_nothing_is_remembered_when_the_work_failed(tmp_path):
    path = tmp_path / "seen"
    with pytest.raises(ReplayedError), remembered(path, NOW) as seen:
        work_that_fails(seen)
    assert not path.exists()
    assert add(path)


def test_a_message_is_remembered_until_a_month_after_its_end(tmp_path):
    path = tmp_path / "seen"
    add(path)
    add(path, uuid4(), now=UNTIL + KEPT - timedelta(seconds=1))
    assert not add(path)
    add(path, uuid4(), now=UNTIL + KEPT)
    assert add(path)


def test_a_shorter_time_never_replaces_a_longer_one():
    seen = SeenMessages({})
    seen.add(MESSAGE, UNTIL)
    assert not seen.add(MESSAGE, NOW)
    assert seen.until == {MESSAGE: UNTIL}


def test_of_many_at_once_one_is_the_first(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(lambda _: add(tmp_path / "seen"), range(8))) == 1


@pytest.mark.parametrize(
    "line", ["nonsense", f"{MESSAGE} tomorrow-in-the-morning", f"{MESSAGE} 2026-03-01T12:00:00.0", "\xff"]
)
def test_a_damaged_memory_is_an_error_and_never_nothing_seen(tmp_path, line):
    path = tmp_path / "seen"
    add(path)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")
    with pytest.raises(SeenRefusedError, match="the line is not a message and a time") as refused:
        add(path)
    assert refused.value.problems[0].line == 2


def test_a_memory_that_others_may_change_or_that_cannot_be_written_is_refused(tmp_path):
    path = tmp_path / "seen"
    add(path)
    path.chmod(0o644)
    with pytest.raises(SeenRefusedError, match="others than its owner may read or change it") as refused:
        add(path)
    assert refused.value.problems[0].file == str(path)
    with pytest.raises(SeenRefusedError, match="cannot be locked"):
        add(tmp_path / "none" / "seen")

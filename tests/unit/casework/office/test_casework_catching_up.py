"""A store from a backup takes over what was published later: the log goes on exactly, or nothing happens."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from audit_logs import flip, replace
from hypothesis import example, given, settings
from hypothesis import strategies as st
from offices import ANA, BO, ORIGIN, asked, new_office

from nrm.audit.errors import LogError, LogRefusedError
from nrm.audit.note import Signer, Verifier
from nrm.audit.source import CHECKPOINT, DirectorySource
from nrm.audit.tiles import pack_bundle, split_bundle
from nrm.audit.verify import verify
from nrm.casework.journal import Journal
from nrm.casework.office.catching_up import catch_up
from nrm.casework.office.sequence import Sequencer

BUNDLE = "tile/entries/000.p/6"


def listed(office, times):
    """Leave so many entries, waiting for their places."""
    journal = Journal(office.desk, asked())
    office.store.run(lambda unit: [journal.write(unit, "case:list") for _ in range(times)])


def caught_up(office, log=None, vkey=None):
    """Catch up; return how many entries were taken over."""
    return len(catch_up(office.store, DirectorySource(log or office.log), Verifier(vkey or office.signer.vkey)))


def verified(office, last=None):
    return verify(DirectorySource(office.log), Verifier(office.signer.vkey), last_seen=last).checkpoint


def history(office):
    """What the store says of its log: the entries in order, which wait, and how many have a place."""
    state = office.store.state
    return list(state.leaves), sorted(state.waiting), dict(state.places), state.head, sorted(state.details)


def behind(folder, before=3, waiting=1, after=2):
    """An office whose store is a backup: entries were published since, those that waited in it among them."""
    office = new_office(folder)
    listed(office, before)
    office.sequencer.run()
    listed(office, waiting)
    backup = office.store.state.copied()
    listed(office, after)
    office.sequencer.run()
    office.lost, office.store.state = office.store.state, backup
    return office


def test_the_published_log_goes_on_exactly_where_it_stood(tmp_path):
    office = behind(tmp_path)
    last = verified(office)
    with pytest.raises(LogRefusedError, match="it is an older copy of itself"):
        office.sequencer.run()
    assert caught_up(office) == 3
    assert office.store.state.leaves == office.lost.leaves
    assert office.store.state.places == office.lost.places
    assert office.store.state.head == office.lost.head
    office.open(BO)
    assert office.sequencer.run() == 7
    assert verified(office, last).size == 7


@settings(max_examples=40)
@given(st.integers(0, 300), st.integers(0, 4), st.integers(0, 300))
@example(256, 0, 0)
@example(255, 1, 0)
@example(256, 1, 256)
@example(0, 0, 300)
@example(0, 0, 0)
def test_no_entry_is_doubled_lost_or_moved_wherever_the_backup_was_made(before, waiting, after):
    with TemporaryDirectory() as folder:
        office = behind(Path(folder), before, waiting, after)
        last = verified(office)
        assert caught_up(office) == waiting + after
        assert history(office)[:4] == (office.lost.leaves, [], office.lost.places, office.lost.head)
        assert caught_up(office) == 0
        listed(office, 1)
        assert office.sequencer.run() == before + waiting + after + 1
        assert verified(office, last).size == before + waiting + after + 1


def test_an_entry_that_waited_and_was_never_published_waits_on(tmp_path):
    office = behind(tmp_path)
    elsewhere = tmp_path / "earlier"
    shutil.copytree(office.log, elsewhere)
    office.store.state = office.lost
    listed(office, 2)
    assert caught_up(office, elsewhere) == 0
    assert len(office.store.state.waiting) == 2
    assert office.sequencer.run() == 8


def test_a_change_that_is_lost_leaves_its_entry_and_no_case(tmp_path):
    office = new_office(tmp_path)
    kept = office.open(BO)
    office.sequencer.run()
    backup = office.store.state.copied()
    office.open(ANA)
    office.sequencer.run()
    office.store.state = backup
    assert caught_up(office) == 1
    assert office.said() == [("case:open", "done")] * 2
    assert list(office.store.state.cases) == [kept.case]
    assert office.read(kept.case, "identity")


def test_the_entries_that_were_taken_over_are_told_in_their_order(tmp_path):
    office = behind(tmp_path)
    found = catch_up(office.store, DirectorySource(office.log), Verifier(office.signer.vkey))
    assert found == office.entries()[3:]


def test_when_nothing_is_missing_nothing_happens(tmp_path):
    office = new_office(tmp_path)
    listed(office, 5)
    office.sequencer.run()
    listed(office, 1)
    before = history(office)
    assert caught_up(office) == 0
    assert history(office) == before


def test_a_store_that_is_ahead_of_what_was_published_is_left_alone_and_publishes_on(tmp_path, monkeypatch):
    office = new_office(tmp_path)
    listed(office, 3)
    office.sequencer.run()
    listed(office, 4)
    with monkeypatch.context() as patched:
        patched.setattr(office.sequencer, "publish", lambda *_: None)  # killed between the store and the files
        office.sequencer.run()
    before = history(office)
    assert verified(office).size == 3
    assert caught_up(office) == 0
    assert history(office) == before
    assert office.sequencer.run() == 7
    assert verified(office).size == 7


def test_a_store_that_is_ahead_of_another_history_is_refused(tmp_path):
    office = behind(tmp_path, before=2)
    listed(office, 9)
    office.store.run(lambda unit: unit.log.append(2, unit.log.waiting(10), office.lost.head.__class__(12, b"unsigned")))
    with pytest.raises(LogRefusedError, match="does not go on where the store ends, at 12"):
        caught_up(office)


def stored_leaf_altered(office):
    office.store.state.leaves[1] = office.store.state.leaves[1].replace(b"done", b"DONE")


def stored_leaf_missing(office):
    del office.store.state.leaves[1]


def published_leaf_altered(office):
    path = office.log / BUNDLE
    replace(path, path.read_bytes()[::-1].replace(b"tsil", b"daer", 1)[::-1])  # the last `list` becomes `read`


def published_leaf_no_entry(office):
    flip(office.log / BUNDLE, (office.log / BUNDLE).stat().st_size - 1)


def leaves_swapped(office):
    path = office.log / BUNDLE
    entries = split_bundle(path.read_bytes())
    replace(path, pack_bundle([*entries[:4], entries[5], entries[4]]))


def leaf_left_out(office):
    path = office.log / BUNDLE
    replace(path, pack_bundle(split_bundle(path.read_bytes())[:5]))


def bundle_missing(office):
    (office.log / BUNDLE).unlink()


def checkpoint_missing(office):
    (office.log / CHECKPOINT).unlink()


def checkpoint_altered(office):
    path = office.log / CHECKPOINT
    replace(path, path.read_bytes().replace(b"\n6\n", b"\n5\n"))


def second_history(office):
    """The same key signed another log, which differs in what the store has."""
    shutil.rmtree(office.log)
    other = new_office(office.log.parent / "other")
    listed(other, 6)
    writer = Sequencer(other.store, office.signer, ORIGIN, office.log)
    other.store.state.head = None
    writer.begin()
    writer.run()


FAULTS = {
    stored_leaf_altered: "does not go on where the store ends, at 3",
    stored_leaf_missing: "the log has no such entries",
    published_leaf_altered: "does not go on where the store ends, at 3",
    published_leaf_no_entry: "the leaf is not a JSON object",
    leaves_swapped: "does not go on where the store ends, at 3",
    leaf_left_out: "the bundle holds 5 entries and not 6",
    bundle_missing: "the file cannot be had",
    checkpoint_missing: "the file cannot be had",
    checkpoint_altered: "is false",
    second_history: "does not go on where the store ends, at 3",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_log_that_does_not_continue_the_store_is_refused_and_nothing_is_changed(tmp_path, fault):
    office = behind(tmp_path)
    (tmp_path / "other").mkdir()
    fault(office)
    before = history(office)
    with pytest.raises(Exception, match=FAULTS[fault]) as caught:
        caught_up(office)
    assert isinstance(caught.value, LogError) or fault is stored_leaf_missing
    assert history(office) == before


def test_a_log_of_another_key_is_refused_and_nothing_is_changed(tmp_path):
    office = behind(tmp_path)
    before = history(office)
    with pytest.raises(LogError, match="no signature of the key"):
        caught_up(office, vkey=Signer(ORIGIN, bytes(32)).vkey)
    assert history(office) == before


def test_what_others_wrote_under_the_checkpoint_is_not_taken_over(tmp_path):
    office = behind(tmp_path)
    path = office.log / CHECKPOINT
    replace(path, path.read_bytes() + "— witness.example/w1 AAAAAAAA\n".encode())
    assert caught_up(office) == 3
    assert office.store.state.head == office.lost.head


def test_every_file_is_read_once_however_many_entries_are_lost(tmp_path):
    office = behind(tmp_path, before=100, waiting=0, after=500)
    read = []

    class Counting(DirectorySource):
        def read(self, path):
            read.append(path)
            return super().read(path)

    assert len(catch_up(office.store, Counting(office.log), Verifier(office.signer.vkey))) == 500
    assert read == [CHECKPOINT, "tile/entries/000", "tile/entries/001", "tile/entries/002.p/88"]

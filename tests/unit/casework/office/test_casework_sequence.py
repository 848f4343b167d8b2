"""Entries get their places in order, files follow the store, and two histories are never signed."""

import shutil
import threading
from dataclasses import replace

import pytest
from offices import BO, ORIGIN, new_office

from nrm.audit.checkpoint import Checkpoint, signed
from nrm.audit.errors import LogError, LogRefusedError
from nrm.audit.note import Signer, Verifier
from nrm.audit.source import CHECKPOINT, DirectorySource
from nrm.audit.verify import verify
from nrm.casework.office import sequence
from nrm.casework.office.sequence import Sequencer
from nrm.casework.ports import LogHead


def verified(office):
    """How many entries an overseer's replay of the published files finds."""
    return verify(DirectorySource(office.log), Verifier(office.signer.vkey)).checkpoint.size


def refused(work, what):
    with pytest.raises(LogRefusedError) as caught:
        work()
    assert what in str(caught.value)


def published(office):
    return {path.relative_to(office.log): path.read_bytes() for path in office.log.rglob("*") if path.is_file()}


def test_a_new_log_is_empty_signed_and_published(office):
    assert verified(office) == 0
    assert office.sequencer.run() == 0


def test_entries_are_published_in_the_order_in_which_they_were_made(office):
    events = [office.open(BO) and office.entries()[-1].event for _ in range(5)]
    assert office.sequencer.run() == 5
    assert verified(office) == 5
    assert [entry.event for entry in office.entries()] == events
    assert [office.store.run(lambda unit, e=event: unit.log.position(e)) for event in events] == list(range(5))
    assert office.store.state.waiting == {}


def test_the_log_grows_over_the_edge_of_a_tile(office, monkeypatch):
    monkeypatch.setattr(sequence, "AT_ONCE", 100)
    case = office.open(BO).case
    for size in (250, 256, 257, 600):
        while len(office.store.state.waiting) + len(office.store.state.leaves) < size:
            office.read(case, "identity")
        assert office.sequencer.run() == size
        assert verified(office) == size
    assert len(list((office.log / "tile").rglob("*"))) > 3


def test_the_store_is_changed_before_any_file(office, monkeypatch):
    office.open(BO)
    monkeypatch.setattr("nrm.casework.office.sequence.Publisher.publish", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        office.sequencer.run()
    assert office.store.state.head.size == 1
    assert verified(office) == 0


@pytest.mark.parametrize("stopped", ["take_all", "publish"])
def test_what_an_interrupted_run_did_not_publish_the_next_one_does(office, monkeypatch, stopped):
    office.open(BO)
    with monkeypatch.context() as broken:
        broken.setattr(f"nrm.casework.office.sequence.Publisher.{stopped}", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            office.sequencer.run()
    signed_before = office.store.state.head.note
    assert office.sequencer.run() == 1
    assert (office.log / CHECKPOINT).read_bytes() == signed_before
    assert verified(office) == 1


def test_a_store_that_is_older_than_its_published_log_is_refused_and_nothing_is_signed(office):
    office.open(BO)
    office.sequencer.run()
    old = office.store.state.copied()
    office.open(BO)
    office.sequencer.run()
    office.store.state = old
    office.open(BO)
    files = published(office)
    refused(office.sequencer.run, "2 entries are published and the store has 1: it is an older copy of itself")
    assert office.store.state.head.size == 1
    assert published(office) == files


def test_another_history_of_the_same_length_is_refused(office):
    old = office.store.state.copied()
    office.open(BO)
    office.sequencer.run()
    office.store.state = old
    office.open(BO)
    shutil.move(office.log, office.log.with_name("aside"))
    office.sequencer.run()
    shutil.rmtree(office.log)
    shutil.move(office.log.with_name("aside"), office.log)
    refused(office.sequencer.run, "another root is published for the same 1 entries")


def test_a_folder_that_was_deleted_is_made_again_with_the_same_bytes(office):
    for _ in range(3):
        office.open(BO)
    office.sequencer.run()
    before = published(office)
    shutil.rmtree(office.log)
    assert office.sequencer.run() == 3
    assert published(office) == before


def test_tiles_that_were_deleted_are_made_again_when_the_log_grows(office):
    office.open(BO)
    office.sequencer.run()
    shutil.rmtree(office.log / "tile")
    office.open(BO)
    assert office.sequencer.run() == 2
    assert verified(office) == 2


def test_a_bundle_that_was_altered_is_not_carried_on(office):
    office.open(BO)
    office.sequencer.run()
    bundle = next(path for path in (office.log / "tile" / "entries").rglob("*") if path.is_file())
    bundle.write_bytes(bundle.read_bytes().replace(b"done", b"DONE"))
    office.open(BO)
    assert office.sequencer.run() == 2
    assert verified(office) == 2


def test_a_tile_that_was_altered_stops_the_log(office):
    case = office.open(BO).case
    for _ in range(260):
        office.read(case, "identity")
    office.sequencer.run()
    tile = office.log / "tile" / "1" / "000.p" / "1"
    tile.write_bytes(bytes(32))
    office.open(BO)
    for _ in range(2):
        refused(office.sequencer.run, "do not give the root that was signed")
    with pytest.raises(LogError):
        verified(office)


def test_a_head_that_we_did_not_sign_is_not_carried_on(office):
    """Whoever rewrites entries in the database cannot sign the root over them, and we must not do it for them."""
    office.open(BO)
    office.sequencer.run()
    shutil.rmtree(office.log)
    state = office.store.state
    other = state.leaves[0].replace(b"caseworker", b"supervisor")
    growth = sequence.Growth(lambda _tile, data: data)
    growth.append(other)
    forged = Signer(ORIGIN, b"f" * 32)
    state.leaves[0] = other
    state.head = LogHead(1, bytes(signed(Checkpoint(ORIGIN, 1, growth.root()), forged)))
    refused(office.sequencer.run, "does not bear our signature")
    assert not (office.log / CHECKPOINT).exists()


def test_an_older_head_of_ours_with_a_false_size_is_refused(office):
    state = office.store.state
    first = state.head
    office.open(BO)
    office.sequencer.run()
    office.store.state.head = LogHead(1, first.note)
    refused(office.sequencer.publish, "has 1 entries, and 0 signed")


def test_entries_that_were_altered_in_the_store_do_not_give_the_signed_root(office):
    office.open(BO)
    office.sequencer.run()
    shutil.rmtree(office.log)
    office.store.state.leaves[0] = office.store.state.leaves[0].replace(b"caseworker", b"supervisor")
    refused(office.sequencer.run, "do not give the root that was signed")
    assert not (office.log / CHECKPOINT).exists()


def test_a_checkpoint_with_cosignatures_stays(office):
    office.open(BO)
    office.sequencer.run()
    path = office.log / CHECKPOINT
    path.write_bytes(path.read_bytes() + b"\xe2\x80\x94 witness.example/w AAAAAAAA\n")
    before = path.read_bytes()
    office.sequencer.run()
    assert path.read_bytes() == before


def test_many_sequencers_at_once_make_one_log(office):
    faults = []

    def work():
        sequencer = Sequencer(office.store, office.signer, ORIGIN, office.log)
        try:
            for _ in range(10):
                office.open(BO)
                sequencer.run()
        except Exception as fault:  # noqa: BLE001 - told below, in the thread of the test
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert office.sequencer.run() == 40
    assert verified(office) == 40
    assert len({entry.event for entry in office.entries()}) == 40


def test_a_folder_that_cannot_be_locked_or_read_says_which(tmp_path):
    office = new_office(tmp_path)
    nowhere = Sequencer(office.store, office.signer, ORIGIN, tmp_path / "none" / "log")
    refused(nowhere.run, "the log cannot be locked: no such file or directory")
    (office.log / CHECKPOINT).unlink()
    (office.log / CHECKPOINT).mkdir()
    with pytest.raises(LogError) as caught:
        office.sequencer.run()
    assert "locked" not in str(caught.value)


def test_what_was_computed_with_the_signature_is_published_without_reading_the_entries_again(office, monkeypatch):
    office.open(BO)
    monkeypatch.setattr("nrm.casework.office.sequence.Sequencer._leaves", lambda *_: 1 / 0)
    assert office.sequencer.run() == 1
    assert verified(office) == 1


@pytest.mark.parametrize("other", ["before", "note"])
def test_a_batch_that_does_not_lead_from_the_files_to_the_store_is_computed_anew(office, other):
    office.open(BO)
    office.open(BO)
    batch = office.store.run(office.sequencer._sequence)  # noqa: SLF001 - as a run that is stopped here
    false = replace(batch, tiles=[(tile, bytes(len(data))) for tile, data in batch.tiles])
    different = {"before": Checkpoint(ORIGIN, 0, bytes(32)), "note": b"another"}[other]
    office.sequencer.publish(replace(false, **{other: different}))
    assert verified(office) == 2


def test_no_checkpoint_is_published_over_a_batch_with_a_false_tile(office):
    office.open(BO)
    batch = office.store.run(office.sequencer._sequence)  # noqa: SLF001 - as above
    false = replace(batch, tiles=[(tile, data if tile.level else bytes(32)) for tile, data in batch.tiles])
    refused(lambda: office.sequencer.publish(false), "the tiles here do not lead to the checkpoint of 1 entries")
    assert verified(office) == 0

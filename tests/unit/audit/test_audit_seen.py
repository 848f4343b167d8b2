from __future__ import annotations

import pytest
from audit_logs import ORIGIN, SIGNER, flip

from nrm.audit.checkpoint import Checkpoint, signed
from nrm.audit.errors import LogRefusedError, NoteRefusedError
from nrm.audit.note import Verifier
from nrm.audit.seen import read_seen, write_seen
from nrm.audit.tree import EMPTY_ROOT

VERIFIER = Verifier(SIGNER.vkey)
CHECKPOINT = Checkpoint(ORIGIN, 0, EMPTY_ROOT)


def test_what_was_kept_is_read_again(tmp_path):
    write_seen(tmp_path / "seen", signed(CHECKPOINT, SIGNER))
    kept = read_seen(tmp_path / "seen", VERIFIER, ORIGIN)
    assert kept is not None
    assert kept.checkpoint == CHECKPOINT


def test_where_nothing_was_kept_nothing_was_seen(tmp_path):
    assert read_seen(tmp_path / "seen", VERIFIER, ORIGIN) is None


def test_a_file_that_was_altered_is_an_error_and_not_nothing(tmp_path):
    write_seen(tmp_path / "seen", signed(CHECKPOINT, SIGNER))
    flip(tmp_path / "seen", 0)
    with pytest.raises(NoteRefusedError, match="seen: the signature of"):
        read_seen(tmp_path / "seen", VERIFIER, ORIGIN)


def test_an_empty_file_is_an_error_and_not_nothing(tmp_path):
    (tmp_path / "seen").touch()
    with pytest.raises(NoteRefusedError, match="seen: the note has no blank line"):
        read_seen(tmp_path / "seen", VERIFIER, ORIGIN)


def test_a_file_that_cannot_be_used_is_named(tmp_path):
    with pytest.raises(LogRefusedError, match="the file cannot be read"):
        read_seen(tmp_path, VERIFIER, ORIGIN)
    with pytest.raises(LogRefusedError, match="the file cannot be written"):
        write_seen(tmp_path / "none" / "seen", signed(CHECKPOINT, SIGNER))

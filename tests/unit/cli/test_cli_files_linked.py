"""What a command writes goes into no file to which somebody else laid a link."""

import pytest

from nrm.cli.files import write_bytes

OURS = b"what the command writes"


@pytest.fixture
def theirs(tmp_path):
    found = tmp_path / "precious"
    found.write_bytes(b"precious")
    return found


@pytest.mark.parametrize("where", [".out.part", "out"])
def test_a_link_that_somebody_laid_leads_nowhere(tmp_path, theirs, where):
    (tmp_path / where).symlink_to(theirs)
    write_bytes(tmp_path / "out", OURS)
    assert theirs.read_bytes() == b"precious"
    assert (tmp_path / "out").read_bytes() == OURS
    assert not (tmp_path / "out").is_symlink()
    assert not (tmp_path / ".out.part").exists()


def test_what_is_left_of_a_command_that_was_killed_is_in_nobodys_way(tmp_path):
    (tmp_path / ".out.part").write_bytes(b"half of it, and more of it than there will be")
    write_bytes(tmp_path / "out", OURS)
    assert (tmp_path / "out").read_bytes() == OURS

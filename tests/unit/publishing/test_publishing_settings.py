"""Where an installation says who signs its rulebooks."""

import pytest

from nrm.errors import FileRefusedError
from nrm.home import read_home
from nrm.publishing.officers import read_officers

HOME = 'origin = "example.org/log"\norganisation = "6f0f3a52-6a0c-4f5e-9c43-0b7f8f8f3c11"\n'


def home(folder, more=""):
    (folder / "home.toml").write_text(HOME + more)
    return read_home(folder).rulebooks.officers


def test_the_usual_file_counts_as_soon_as_it_is_there(tmp_path):
    assert home(tmp_path) is None
    (tmp_path / "officers.toml").touch()
    assert home(tmp_path) == tmp_path / "officers.toml"


def test_a_file_that_is_named_must_be_there(tmp_path):
    named = home(tmp_path, '[rulebooks]\nofficers = "kept/officers.toml"\n')
    assert named == tmp_path / "kept" / "officers.toml"
    with pytest.raises(FileRefusedError, match="none is loaded"):
        read_officers(named)


def test_an_empty_file_of_officers_is_refused(tmp_path):
    (tmp_path / "officers.toml").touch()
    with pytest.raises(FileRefusedError):
        read_officers(home(tmp_path))

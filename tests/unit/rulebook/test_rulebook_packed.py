"""An archive of rules from outside holds files of rules, so many and so long as there can be, or it is refused."""

import io
import lzma
import tarfile

import pytest
from fakes import write_rulebook

from nrm.bootstrap import Application
from nrm.bootstrap_books import FileBooks, archived
from nrm.errors import RulebookRefusedError
from nrm.rulebook import packed
from nrm.rulebook.packed import unpacked


def tarred(*members, mode="w:xz"):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as made:
        for name, content, kind in members:
            member = tarfile.TarInfo(name)
            member.size, member.type = len(content), kind
            member.linkname = "rules/a.yaml" if kind in (tarfile.SYMTYPE, tarfile.LNKTYPE) else ""
            made.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


FILE = tarfile.REGTYPE
HOSTILE = {
    "a path out": [("../rules/a.yaml", b"x", FILE)],
    "an absolute path": [("/rules/a.yaml", b"x", FILE)],
    "dots inside": [("rules/../../a.yaml", b"x", FILE)],
    "a hidden file": [("rules/.a.yaml", b"x", FILE)],
    "a program": [("rules/a.py", b"x", FILE)],
    "elsewhere": [("etc/a.yaml", b"x", FILE)],
    "a link": [("rules/a.yaml", b"", tarfile.SYMTYPE)],
    "a hard link": [("rules/b.yaml", b"", tarfile.LNKTYPE)],
    "a folder": [("rules/a.yaml", b"", tarfile.DIRTYPE)],
    "a device": [("rules/a.yaml", b"", tarfile.CHRTYPE)],
    "a name twice": [("rules/a.yaml", b"x", FILE), ("rules/A.yaml", b"y", FILE)],
    "a file that is a folder": [("rules/a.yaml", b"x", FILE), ("rules/a.yaml/b.yaml", b"y", FILE)],
}


@pytest.mark.parametrize("members", HOSTILE.values(), ids=list(HOSTILE))
def test_an_archive_of_rules_with_anything_else_in_it_is_refused(members):
    with pytest.raises(RulebookRefusedError):
        unpacked(tarred(*members))


@pytest.mark.parametrize("archive", [b"", b"x", tarred(mode="w"), tarred()[:-8], tarred() + b"x", lzma.compress(b"x")])
def test_what_is_no_archive_is_refused(archive):
    with pytest.raises(RulebookRefusedError):
        archived(archive)


def test_an_archive_that_grows_without_end_is_refused_before_it_does(monkeypatch):
    monkeypatch.setattr(packed, "MOST_BYTES", 1 << 20)
    bomb = lzma.compress(bytes(1 << 24))
    assert len(bomb) < 1 << 12
    with pytest.raises(RulebookRefusedError, match="more than 1048576 bytes"):
        unpacked(bomb)


def test_an_archive_of_too_many_files_is_refused(monkeypatch):
    monkeypatch.setattr(packed, "MOST_FILES", 3)
    assert len(unpacked(tarred(*((f"rules/a{at}.yaml", b"x", FILE) for at in range(3))))) == 3
    with pytest.raises(RulebookRefusedError, match="too many"):
        unpacked(tarred(*((f"rules/a{at}.yaml", b"x", FILE) for at in range(4))))


def test_what_was_packed_comes_out_file_by_file_and_reads_as_the_same_rulebook(tmp_path):
    book = write_rulebook(tmp_path)
    archive = FileBooks(Application(book)).archive()
    expected = {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for folder in (book.rules, book.seeds)
        for path in folder.rglob("*.yaml")
    }
    assert unpacked(archive) == expected
    assert archived(archive).files.vocabulary == Application(book).files.vocabulary

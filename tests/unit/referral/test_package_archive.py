"""The tar inside a package: plain files with expected names, and none of the tricks that tar knows."""

import io
import re
import tarfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sealed_packages import header, opened, package_files, sealed_by_hand

from nrm.referral.archive import BLOCK, MOST_FILES, read_tar, write_tar
from nrm.referral.package_errors import PackageError, TooLargeError, UnsafeArchiveError

ANY = re.compile(r"[ -~]{1,100}")
FILES = st.dictionaries(st.from_regex(r"[a-z]{1,100}", fullmatch=True), st.binary(max_size=1500), max_size=5)
SMALL = write_tar({"a": b"one", "b": b"x" * BLOCK})


def tarred(*members, form=tarfile.USTAR_FORMAT):
    """A tar by Python's own writer; each member is a name, changes to its entry, and its bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, changes, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for field, value in changes.items():
                setattr(info, field, value)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


@given(FILES)
def test_what_is_written_is_read_by_us_and_by_python(files):
    data = write_tar(files)
    assert read_tar(data, ANY) == files
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for info in archive:
            assert (info.mode, info.uid, info.gid, info.mtime, info.uname) == (0o600, 0, 0, 0, "")
            assert archive.extractfile(info).read() == files.pop(info.name)
    assert not files


@given(FILES, st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT]))
def test_what_others_write_is_read_with_the_zeros_behind_it(files, form):
    data = tarred(*((name, {"mtime": 1.7e9, "uname": "me"}, content) for name, content in files.items()), form=form)
    assert read_tar(data, ANY) == files
    assert read_tar(data + bytes(10 * BLOCK), ANY) == files


@pytest.mark.parametrize(
    "name",
    [
        *("/referral.json", "../referral.json", "./referral.json", "attachments/../plan.txt", "attachments/a/b"),
        *("attachments/", "attachments/.hidden", "attachments/a.", "attachments/a b", "Referral.json", "other.txt"),
        *("attachments/a\nb", "attachments\\a", "attachments/é", "referral.json\n", "attachments/" + "a" * 81),
    ],
)
def test_a_name_that_no_package_has_is_refused(name):
    files = [*((known, {}, data) for known, data in package_files().items()), (name, {}, b"x")]
    with pytest.raises(UnsafeArchiveError, match="a name that no package has"):
        opened(sealed_by_hand(tarred(*files)))


@pytest.mark.parametrize(
    "changes",
    [
        {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"},
        {"type": tarfile.LNKTYPE, "linkname": "referral.json"},
        {"type": tarfile.DIRTYPE},
        {"type": tarfile.CHRTYPE},
        {"type": tarfile.BLKTYPE},
        {"type": tarfile.FIFOTYPE},
        {"type": tarfile.CONTTYPE},
        {"linkname": "x"},
    ],
)
def test_links_folders_and_devices_are_refused(changes):
    files = [*((known, {}, data) for known, data in package_files().items()), ("attachments/a", changes, b"")]
    with pytest.raises(UnsafeArchiveError, match="something else than plain files"):
        opened(sealed_by_hand(tarred(*files)))


def test_long_names_and_extended_heads_are_refused():
    for form in (tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        with pytest.raises(UnsafeArchiveError, match="something else than plain files"):
            read_tar(tarred(("a" * 120, {}, b""), form=form), ANY)
    with pytest.raises(UnsafeArchiveError, match="something else than plain files"):
        read_tar(tarred(("a" * 90 + "/" + "b" * 90, {}, b"")), ANY)


@pytest.mark.parametrize("name", ["", "é", "a" * 101, "a\0b", "a\n"])
def test_a_name_that_tar_cannot_keep_is_not_written(name):
    with pytest.raises(UnsafeArchiveError, match="other characters than tar can keep, or too many"):
        write_tar({name: b""})


@pytest.mark.parametrize("second", ["attachments/a.pdf", "attachments/A.PDF"])
def test_a_name_that_stands_twice_is_refused_also_in_capitals(second):
    head = header()
    files = [(name, {}, data) for name, data in package_files(head).items()]
    tar = tarred(*files, ("attachments/a.pdf", {}, b"1"), (second, {}, b"2"))
    with pytest.raises(UnsafeArchiveError, match="a name stands twice"):
        opened(sealed_by_hand(tar))


def test_more_files_than_any_package_has_are_refused():
    with pytest.raises(TooLargeError, match=f"more than {MOST_FILES} files"):
        read_tar(write_tar({f"f{number}": b"" for number in range(MOST_FILES + 1)}), ANY)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", "its end is missing"),
        (bytes(BLOCK), "its end is missing"),
        (SMALL[:-BLOCK], "its end is missing"),
        (SMALL + b"\0", "its end is missing"),
        (SMALL + b"x" * BLOCK, "something stands after it"),
        (SMALL[:600], "cut short"),
        (SMALL[: BLOCK + 10] + b"x" + SMALL[BLOCK + 11 :], "runs over its end"),
        (b"x" * 1024, "no tar, or was damaged"),
        (SMALL[:100] + b"0000777" + SMALL[107:], "no tar, or was damaged"),
        (SMALL[:257] + b"nothing\0" + SMALL[265:], "no tar, or was damaged"),
    ],
)
def test_a_damaged_tar_is_refused(data, fault):
    with pytest.raises(UnsafeArchiveError, match=fault):
        read_tar(data, ANY)


@pytest.mark.parametrize("size", [b"\x80" + bytes(10) + b"\x03", b"-0000000003\0", b"0000000000x\0", b"77777777777\0"])
def test_a_size_that_is_no_number_or_too_large_is_refused(size):
    head = bytearray(SMALL[:BLOCK])
    head[124:136] = size
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    with pytest.raises(UnsafeArchiveError, match=r"is not octal|cut short"):
        read_tar(bytes(head) + SMALL[BLOCK:], ANY)


@given(
    st.binary(max_size=3000)
    | st.tuples(st.integers(0, len(SMALL)), st.binary(max_size=600)).map(lambda cut: SMALL[: cut[0]] + cut[1])
)
def test_any_bytes_are_files_or_refused_by_our_own_error(data):
    with suppress(PackageError):
        assert all(ANY.fullmatch(name) for name in read_tar(data, ANY))

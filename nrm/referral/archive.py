"""The plain tar files inside a package: written the same for the same files, and read so that no trick gets through.

POSIX ustar (https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_06): every `tar` opens it.
Only plain files with names that were expected are read; what `tar` would do more than that is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn

from nrm.errors import Problem
from nrm.referral.package_errors import TooLargeError, UnsafeArchiveError

if TYPE_CHECKING:
    from collections.abc import Mapping

BLOCK: Final = 512
MOST_FILES: Final = 64

_END = bytes(2 * BLOCK)
_NAME, _SIZE, _SUM, _KIND, _LINK, _MAGIC, _PREFIX = (
    slice(0, 100), slice(124, 136), slice(148, 156), slice(156, 157), slice(157, 257), slice(257, 265), slice(345, 500),
)  # fmt: skip
_USTAR, _GNU = b"ustar\x0000", b"ustar  \x00"
_NAMES = re.compile(r"[!-~]{1,100}")
_OCTAL = re.compile(rb" *(?P<digits>[0-7]{1,11})[ \0]{1,7}")


def write_tar(files: Mapping[str, bytes]) -> bytes:
    """Return a tar of these files in the order of their names: owner 0, time 0, for their owner only.

    Raises:
        UnsafeArchiveError: a name is not of 1 to 100 characters of ASCII that can be printed.
    """
    return b"".join(_entry(name, files[name]) for name in sorted(files)) + _END


def read_tar(data: bytes, expected: re.Pattern[str]) -> dict[str, bytes]:
    """Return the files in a tar whose names all match `expected` as a whole.

    Raises:
        UnsafeArchiveError: damaged, another name, a name twice (also in other letters), a link, a folder, a device.
        TooLargeError: more than `MOST_FILES` files.
    """
    files: dict[str, bytes] = {}
    at = 0
    while (header := data[at : at + BLOCK]).strip(b"\0"):
        name, size = _header(header, expected)
        start, at = at + BLOCK, at + BLOCK + _whole(size)
        if len(data) < at or data[start + size : at].strip(b"\0"):
            _refuse("a file in it is cut short, or runs over its end")
        # Two names that differ in capitals are one file on many a machine, where the second would replace the first.
        if name.lower() in {other.lower() for other in files}:
            _refuse("a name stands twice in it")
        files[name] = data[start : start + size]
        if len(files) > MOST_FILES:
            raise TooLargeError(Problem("package", 0, f"there are more than {MOST_FILES} files in it", _ASK))
    if len(data) % BLOCK or len(data) < at + len(_END) or data[at:].strip(b"\0"):
        _refuse("its end is missing, or something stands after it")
    return files


def _entry(name: str, data: bytes) -> bytes:
    if not _NAMES.fullmatch(name):
        _refuse("a name in it has other characters than tar can keep, or too many")
    header = bytearray(BLOCK)
    header[: len(name)] = name.encode("ascii")
    header[100:148] = b"%07o\0%07o\0%07o\0%011o\0%011o\0" % (0o600, 0, 0, len(data), 0)
    header[_KIND] = b"0"
    header[_MAGIC] = _USTAR
    header[_SUM] = b"%06o\0 " % _sum(header)
    return bytes(header) + data + bytes(_whole(len(data)) - len(data))


def _header(header: bytes, expected: re.Pattern[str]) -> tuple[str, int]:
    if header[_MAGIC] not in {_USTAR, _GNU} or _number(header[_SUM]) != _sum(header):
        _refuse("it is no tar, or was damaged")
    if header[_KIND] not in {b"0", b"\0"} or header[_LINK].strip(b"\0") or header[_PREFIX].strip(b"\0"):
        _refuse("it holds something else than plain files with short names")
    name = header[_NAME].rstrip(b"\0")
    if not name.isascii() or not expected.fullmatch(name.decode("ascii")):
        _refuse("it holds a file with a name that no package has")
    return name.decode("ascii"), _number(header[_SIZE])


def _number(field: bytes) -> int:
    found = _OCTAL.fullmatch(field)
    return int(found["digits"], 8) if found else _refuse("a number in it is not octal")


def _sum(header: bytes | bytearray) -> int:
    """Add up the bytes of a header, its own field of the sum counted as blanks."""
    return sum(header) - sum(header[_SUM]) + 8 * ord(" ")


def _whole(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


_ASK = "do not use it; ask the sender for it again"


def _refuse(what: str) -> NoReturn:
    raise UnsafeArchiveError(Problem("package", 0, f"a tar in it cannot be accepted: {what}", _ASK))

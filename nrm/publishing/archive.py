"""The bytes of a bundle: a tar of rules and commitments, compressed, the same for the same files.

INVARIANT (nothing hides in a bundle): only files of rules and commitments are in it, and written anew they give the
same tar, byte for byte. So no link, second copy, odd header or trailing byte is ever signed with it.

Compression: xz (https://tukaani.org/xz/xz-file-format.txt). The digest of a bundle is the SHA-256 of all its bytes.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import tarfile
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from nrm.errors import FileRefusedError, Problem, RulebookRefusedError, reason_of
from nrm.publishing.errors import BundleRefusedError
from nrm.rulebook.packed import unpacked as read_packed
from nrm.textfile import LARGEST_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LARGEST_ARCHIVE: Final = 8 << 20
"""Compressed bytes at most; the rules that come with the program take less than a quarter of a million."""


def digest_of(archive: bytes) -> str:
    """Return the SHA-256 by which a bundle is named."""
    return hashlib.sha256(archive).hexdigest()


def pack(rules: Path, seeds: Path) -> bytes:
    """Return the files of two folders as a bundle.

    Raises:
        FileRefusedError: a file cannot be read.
    """
    files: dict[str, bytes] = {}
    for name, folder in (("rules", rules), ("seeds", seeds)):
        for path in sorted(folder.rglob("*.yaml")):
            try:
                files[f"{name}/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
            except OSError as error:
                what = f"the file cannot be read: {reason_of(error)}"
                raise FileRefusedError(Problem(str(path), 0, what, "check its rights")) from None
    return write_archive(files)


def write_archive(files: Mapping[str, bytes]) -> bytes:
    """Return a bundle of these files, in their order."""
    return lzma.compress(_tar(files))


def read_archive(archive: bytes) -> dict[str, bytes]:
    """Return the files in a bundle by their names, such as `rules/child/guardian.yaml`.

    Raises:
        BundleRefusedError: it is too large, damaged, or holds what no bundle holds.
    """
    if len(archive) > LARGEST_ARCHIVE:
        raise _refused(f"it has more than {LARGEST_ARCHIVE >> 20} MiB")
    try:
        files = read_packed(archive)
    except RulebookRefusedError as refused:
        raise _refused(refused.problems[0].what) from None
    if any(len(content) > LARGEST_FILE for content in files.values()):
        raise _refused("a file in it is too large")
    if _tar(files) != lzma.decompress(archive):
        raise _refused("it holds more than its files, or they are not written as `nrm rules bundle` writes them")
    return files


@contextmanager
def unpacked(files: Mapping[str, bytes]) -> Iterator[Path]:
    """Put the files of a bundle into a folder for as long as they are read; they hold nothing of any person."""
    with TemporaryDirectory(prefix="nrm-rules-") as made:
        folder = Path(made)
        for name in ("rules", "seeds"):
            (folder / name).mkdir()
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        yield folder


def _tar(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:") as packed:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _refused(what: str) -> BundleRefusedError:
    todo = "make it with `nrm rules bundle`"
    return BundleRefusedError(Problem("bundle", 0, f"the bundle is refused: {what}", todo))

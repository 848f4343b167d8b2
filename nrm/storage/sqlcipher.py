"""Opening an encrypted SQLite file (SQLCipher) so that nothing of it is in the clear on the disk."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2 as driver

from nrm.casework.errors import StoreError
from nrm.errors import Problem, reason_of
from nrm.storage.engine import CONNECTIONS, WAIT_SECONDS
from nrm.storage.faults import STORE, errors_told

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.engine import Connection, Engine

KEY_BYTES: Final = 32
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",  # a commit is on the disk when it returns
    "secure_delete = ON",  # what is deleted is overwritten with zeros
    "foreign_keys = ON",
    "temp_store = MEMORY",
    "trusted_schema = OFF",
    f"busy_timeout = {5_000}",
    f"cache_size = -{16 * 1024}",  # KiB of pages that need not be decrypted anew; the default is an eighth
)


def create_sqlcipher(path: Path, key: bytes) -> Engine:
    """Make a new, empty database file that only its owner may read, and open it.

    Raises:
        StoreError: there is a file already, it cannot be made, or the key has not 32 bytes.
    """
    _check_key(key)
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except FileExistsError:
        raise _refused(path, "there is a file already", "open it, or name another") from None
    except OSError as error:
        raise _refused(path, f"it cannot be made: {reason_of(error)}", "check its folder") from None
    return open_sqlcipher(path, key)


def open_sqlcipher(path: Path, key: bytes) -> Engine:
    """Return the engine for a database file; `key` is the raw 32-byte key, no passphrase.

    A file that is not there is not made: else a mount that failed would look like a country without cases.

    Raises:
        StoreError: no such file, open to others than its owner, not a database, the wrong key, or it cannot be read or
            written.
    """
    _check_key(key)
    standing = _file_of(path)
    if not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        # Refused before anything is made beside it: SQLite gives its helpers the rights of the file, and they would
        # still be there, and not to be written, when the file can be written again.
        what, todo = (
            "the database cannot be written",
            "check the rights of its file and folder, and how the disk is mounted",
        )
        raise StoreError(Problem(STORE, 0, what, todo))
    engine = create_engine(
        "sqlite://",
        module=driver,
        creator=_connector(path, key),
        poolclass=QueuePool,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        # Who wrote last writes next: the pages that a connection has decrypted are of no use once another one wrote.
        pool_use_lifo=True,
        hide_parameters=True,
    )

    def begin(connection: Connection) -> None:
        _check_still_there(path, standing)
        # IMMEDIATE takes the write lock at once. A transaction that reads first and writes later could meet a change
        # in between, and SQLite would refuse it without waiting.
        reads = connection.get_execution_options().get("nrm_reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    def commit(_connection: Connection) -> None:
        _check_still_there(path, standing)

    event.listen(engine, "begin", begin)
    event.listen(engine, "commit", commit)
    with errors_told():
        engine.connect().close()
    return engine


def _connector(path: Path, key: bytes) -> Callable[[], Any]:
    """Return what opens a connection; it keeps the key, so that neither a URL nor an engine shows it."""
    uri = path.absolute().as_uri() + "?mode=rw"

    def connect() -> Any:  # noqa: ANN401 - the driver has no types
        connection = driver.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=5.0)
        try:
            # SQLCipher would write to the standard error stream what we tell as an error of the store.
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            for pragma in _PRAGMAS:
                connection.execute(f"PRAGMA {pragma}").fetchall()
        except BaseException:
            connection.close()
            raise
        return connection

    return connect


def _check_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise StoreError(Problem(STORE, 0, f"the key of the database has not {KEY_BYTES} bytes", "check the key store"))


def _file_of(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise _refused(
            path, f"it cannot be opened: {reason_of(error)}", "check where it is, or restore a backup"
        ) from None
    if not stat.S_ISREG(found.st_mode):
        raise _refused(path, "it is not a file", "name the database file")
    if found.st_mode & _OTHERS:
        raise _refused(path, "others than its owner may read or change it", "run `chmod 600` on it")
    return found.st_dev, found.st_ino


def _check_still_there(path: Path, standing: tuple[int, int]) -> None:
    """Refuse to go on with a file that was removed or replaced: SQLite would write into what nobody can find again."""
    try:
        found = os.stat(path)  # noqa: PTH116 - asked in each unit of work, and `Path.stat` is slower
    except OSError as error:
        raise _refused(path, f"it is gone: {reason_of(error)}", "check the disk, then start again") from None
    if (found.st_dev, found.st_ino) != standing:
        raise _refused(path, "another file stands in its place", "stop, and find out who put it there")


def _refused(path: Path, what: str, todo: str) -> StoreError:
    return StoreError(Problem(f"{STORE} {path}", 0, what, todo))

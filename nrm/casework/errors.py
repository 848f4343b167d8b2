"""Errors of the use cases and of the store. None names a case or a person."""

from __future__ import annotations

from nrm.errors import NrmError, Problem


class CaseworkError(NrmError):
    """A use case could not be carried out; nothing of it happened."""


class NoSuchCaseError(CaseworkError):
    """There is no such case, decision or group; the same is said of one that the asker may not know of."""

    def __init__(self) -> None:
        super().__init__(Problem("case", 0, "there is no such case or decision", "check the identifier"))


class NoSuchVersionError(NoSuchCaseError):
    """The case has no such version; only who may read it learns how many it has."""

    def __init__(self, version: int, newest: int) -> None:
        has = "only version `1`" if newest == 1 else f"versions `1` to `{newest}`"
        what = f"this case has no version `{version}`; it has {has}"
        CaseworkError.__init__(self, Problem("--version", 0, what, "name one of these"))


class StaleVersionError(CaseworkError):
    """Somebody else changed the case, or what `of` says, in the meantime."""

    def __init__(self, seen: int, now: int, of: str = "case") -> None:
        what = f"the {of} was changed in the meantime: you saw version `{seen}`, it has version `{now}`"
        super().__init__(Problem(of, 0, what, "look at it again and repeat your change"))


class NoSuchRecordError(CaseworkError):
    """There is no such account, session, bundle or other record; the same is said of one that is not the asker's."""

    def __init__(self) -> None:
        super().__init__(Problem("record", 0, "there is no such thing here", "check the identifier"))


class OtherRecordError(NoSuchRecordError):
    """The record is another organisation's: the log says so, the asker hears what is said where there is none."""


class TakenError(CaseworkError):
    """Another record is called so already."""

    def __init__(self) -> None:
        super().__init__(Problem("record", 0, "there is one with this name already", "choose another name"))


class ShreddedError(CaseworkError):
    """The case was shredded; nothing can open it."""

    def __init__(self) -> None:
        super().__init__(Problem("case", 0, "the case was shredded, nothing can open it any more"))


class ClockError(CaseworkError):
    """The clock of this machine cannot be right; an entry would say so for ever."""

    def __init__(self, day: str) -> None:
        what = f"the clock of this machine says `{day}`, and no log is that old"
        super().__init__(Problem("clock", 0, what, "set the clock, then try again"))


class NotReplayedError(CaseworkError):
    """A decision of the past cannot be made again from what is kept, or comes out otherwise."""


class DeniedError(CaseworkError):
    """The asker may not do this; the denial is on the log."""


class StoreError(NrmError):
    """The database cannot be used; nothing of the unit of work happened."""


class StoreBusyError(StoreError):
    """The database asked again and again to repeat the transaction."""


class StoreMisfitError(StoreError):
    """The database, its schema, the keys and the log do not belong together; nothing is started."""


class StoreDoubtError(StoreError):
    """The connection was lost during the commit: the unit of work happened as a whole or not at all, nobody knows."""

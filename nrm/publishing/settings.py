"""What an installation says of its rulebooks."""

from __future__ import annotations

from pathlib import Path

from nrm.publishing.officers import FILE
from nrm.rulebook.wording import Model


class RulebookSettings(Model):
    """The part `rulebooks` of an installation's settings.

    `officers` is the file that says who signs rulebooks, taken from the folder. Named here it must be there; not named,
    `officers.toml` is looked for, and without it the files of the rules decide unsigned.
    """

    officers: Path | None = None

    def below(self, folder: Path) -> RulebookSettings:
        """Return the same settings with the path taken from `folder`; None when there is no such file by default."""
        if self.officers is not None:
            return self.model_copy(update={"officers": folder / self.officers})
        usual = folder / FILE
        return self.model_copy(update={"officers": usual if usual.exists() else None})

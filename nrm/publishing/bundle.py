"""A bundle that was opened: its files linted as a whole, with examples, guarantees and the tables of referral."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from nrm.errors import Problem, RulebookRefusedError
from nrm.proof.files import Guarantee, read_guarantees
from nrm.publishing.archive import digest_of, read_archive, unpacked
from nrm.publishing.errors import BundleRefusedError
from nrm.referral.routes import ROUTES, Routes, read_routes
from nrm.referral.tasks import FILE, Tasks, read_tasks
from nrm.referral.wording import Wordings, read_wordings
from nrm.rulebook.dates import change_dates
from nrm.rulebook.digest import digest
from nrm.rulebook.lint import check
from nrm.rulebook.read import read_examples, read_files
from nrm.rulebook.resolve import rulebook_on

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from nrm.rulebook.book import Rulebook
    from nrm.rulebook.files import ExampleFile, Files


@dataclass(frozen=True)
class Bundle:
    """Everything in one bundle; `digest` names it."""

    archive: bytes = field(repr=False)
    digest: str
    files: Files = field(repr=False)
    examples: tuple[ExampleFile, ...] = field(repr=False)
    guarantees: tuple[Guarantee, ...] = field(repr=False)
    routes: Routes = field(repr=False)
    tasks: Tasks = field(repr=False)
    wordings: Wordings = field(repr=False)

    def periods(self) -> Iterator[tuple[str | None, date, Rulebook]]:
        """Yield every rulebook that the bundle ever gives: the country, its first day, and the rulebook.

        A new guarantee begins a period too, so a proof for each of these days is one for every day.
        """
        for country, on in all_periods(self.files, self.guarantees):
            yield country, on, rulebook_on(self.files, on, country)

    def rulebooks(self) -> tuple[tuple[str | None, date, str], ...]:
        """Return (country, first day, digest) of every rulebook."""
        return tuple((country, on, digest(book)) for country, on, book in self.periods())


def all_periods(files: Files, guarantees: tuple[Guarantee, ...]) -> tuple[tuple[str | None, date], ...]:
    """Return each country (None: the base) with each day on which a rule, a parameter or a guarantee changes there."""
    begins = {version.from_ for one in guarantees for version in one.file.versions}
    found: list[tuple[str | None, date]] = []
    for country in (None, *files.countries()):
        dates = change_dates(files, country)
        found.extend((country, on) for on in sorted({*dates, *(day for day in begins if day >= min(dates))}))
    return tuple(found)


def open_bundle(archive: bytes) -> Bundle:
    """Open a bundle.

    Raises:
        BundleRefusedError: it is no bundle, there is no rule or no guarantee in it, or its files do not fit together;
            every fault is listed.
        FileRefusedError: a file of it cannot be read.
    """
    with unpacked(read_archive(archive)) as folder:
        try:
            return _read(archive, folder / "rules", folder / "seeds")
        except RulebookRefusedError as refused:
            raise BundleRefusedError(refused.problems) from None


def _read(archive: bytes, rules: Path, seeds: Path) -> Bundle:
    files = read_files(rules, seeds)
    check(files)
    guarantees = read_guarantees(rules, files)
    if not files.rules or not guarantees:
        missing = "rule" if not files.rules else "guarantee"
        todo = "only what was proved may decide: put `rules/guarantees/` into it"
        raise BundleRefusedError(Problem("bundle", 0, f"there is no {missing} in the bundle", todo))
    words = files.vocabulary
    return Bundle(
        archive=archive,
        digest=digest_of(archive),
        files=files,
        examples=read_examples(rules),
        guarantees=guarantees,
        routes=read_routes(rules / "directory" / ROUTES, words),
        tasks=read_tasks(rules / "directory" / FILE, words),
        wordings=read_wordings(rules / "consent", words),
    )

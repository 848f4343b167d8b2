"""Every guarantee is proved for every possible case, in every place, at every date on which something changes."""

from __future__ import annotations

import pytest
from fakes import REAL
from planted import real_files

from nrm.proof.files import read_guarantees
from nrm.proof.report import prove_all
from nrm.rulebook.dates import in_force
from nrm.rulebook.resolve import change_dates, rulebook_on

COUNTRIES = (None, *real_files().countries())


def dates(guarantees):
    own = {version.from_ for one in guarantees for version in one.file.versions}
    return sorted({*own, *change_dates(real_files())})


@pytest.mark.parametrize("country", COUNTRIES, ids=lambda country: country or "base")
def test_every_guarantee_is_proved_at_every_date_on_which_something_changes(country):
    guarantees = read_guarantees(REAL.rules, real_files())
    assert len(guarantees) >= 60
    for on in dates(guarantees):
        report = prove_all(guarantees, real_files(), rulebook_on(real_files(), on, country), on)
        verdicts = {entry.name: entry.result.verdict for entry in report.entries}
        assert verdicts == {
            one.file.guarantee: "proved" for one in guarantees if in_force(one.file.versions, on) is not None
        }, on

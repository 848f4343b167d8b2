"""What would be destroyed is looked at before anybody is asked whether they mean it."""

import pytest
from offices import BO, asked

from nrm.casework.asked import NotPermittedError
from nrm.casework.office import rotation
from nrm.casework.office.rotation import EpochInUseError
from nrm.vault.errors import KeyStoreRefusedError

ADMIN = asked("administrator")


def test_an_epoch_is_looked_at_before_it_is_destroyed_and_that_is_an_entry(office):
    case = office.open(BO).case
    office.keyring.rotate(office.now())
    for number, error in ((1, EpochInUseError), (2, KeyStoreRefusedError), (9, KeyStoreRefusedError)):
        with pytest.raises(error) as looked:
            rotation.destructible(office.desk, ADMIN, number)
        with pytest.raises(error) as destroyed:
            rotation.destroy(office.desk, ADMIN, number)
        assert str(looked.value) == str(destroyed.value)
    office.shred(case)
    assert rotation.destructible(office.desk, ADMIN, 1).number == 1
    assert office.said()[-1] == ("keys:list", "done")
    assert [one.destroyed for one in office.keyring.status()] == [None, None]
    with pytest.raises(NotPermittedError):
        rotation.destructible(office.desk, asked("caseworker"), 1)

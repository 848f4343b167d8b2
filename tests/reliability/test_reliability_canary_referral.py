from __future__ import annotations

import canary_services
import pytest
import receiver
from canary_place import SECRETS, Place
from canary_walk import Walk


@pytest.fixture(params=["sqlcipher", "postgresql"])
def walk(request, tmp_path, monkeypatch):
    data, places = canary_services.record()
    place = Place(request.param, tmp_path, monkeypatch, data, wal_recycle="off")
    made = Walk(place, data, monkeypatch)
    made.places = places
    with receiver.in_thread(place.made / "receiver", made.receipt) as made.receiver:
        made.found(made.receiver)
        yield made
    if place.server:
        place.server.end()


@pytest.mark.parametrize("walk", ["sqlcipher"], indirect=True)
def test_x(walk):
    walk.open_case()
    for name in ("shelter", "clinic", "lawyer", "prosecutor", "silent"):
        walk.agree(name)
        walk.refer(name)
        print(name, walk.referred[name])
    walk.refer("counsel", code=1)
    walk.agree("unknown")
    walk.refer("unknown", code=1)
    walk.nrm("work", "--once")
    print(walk.nrm.said.decode()[-1500:])
    walk.fetch("shelter")
    print({k: len(v) for k, v in walk.learnt().items()})
    print(walk.told_too_much(walk.places))
    walk.place.end()
    print(walk.place.found(canary_services.needles(), (*SECRETS, "directory", "package-signing", "service-marks")))
    assert 0

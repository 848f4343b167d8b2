from __future__ import annotations

import canary_services
import canary_wrong
import pytest
import receiver
from canary_place import SECRETS, Place
from canary_walk import Walk
from canary_remains import Remains, stored, let_segments_go


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


def test_x(walk, monkeypatch):
    import time
    t=time.time()
    walk.open_case()
    walk.refer_everywhere()
    walk.answer_everywhere()
    print("walk", time.time()-t); t=time.time()
    walk.look_everywhere()
    print("look", time.time()-t); t=time.time()
    for f in (canary_wrong.strangers, canary_wrong.false_packages, canary_wrong.broken_records, canary_wrong.slips):
        f(walk)
    print("wrong", time.time()-t); t=time.time()
    walk.receiver.behave("error:503")
    walk.agree("clinic")
    walk.refer("clinic")
    walk.nrm("work", "--once", code=1)
    before = Remains.of(walk.place, walk.case)
    print({k: len(v) for k, v in before.sealed.items()})
    print("!!", sorted(before.in_(stored(walk.place))))
    walk.nrm("case", "shred", walk.case, "--yes", NRM_ROLE="supervisor")
    try:
        after = Remains.of(walk.place, walk.case)
        print("!!", after)
    except Exception as e:
        print("!! E", repr(e))
    print("!!", sorted(before.in_(stored(walk.place))))
    print("shred", time.time()-t); t=time.time()
    if walk.place.server:
        print("!! wal", sorted(before.in_(walk.place.segments())))
        walk.place.wal = walk.place.segments()
        let_segments_go(walk.place)
        print("!! wal", sorted(before.in_(walk.place.segments())), len(walk.place.segments()))
    walk.receiver.behave("take")
    walk.nrm("work", "--once")
    walk.verify_log()
    walk.place.end()
    print(walk.place.found(canary_services.needles(), (*SECRETS, "directory", "package-signing", "service-marks")))
    print("scan", time.time()-t); t=time.time()
    assert 0

"""The same request twice at the same time: whoever comes second is told what the first was told."""

from dataclasses import replace

import pytest

from api.once import Key, Once
from api.problems.problem import Told
from api.reply import Reply
from nrm.casework.errors import StaleVersionError, StoreDoubtError
from nrm.errors import Problem

KEY = Key("key-number-1", lambda: "a digest")
DOUBT = Problem("store", 0, "nobody knows", "look")


def once(service, ids, key=KEY):
    return Once(service.office.desk, ids[0], key)


def reply(text):
    return Reply(200, f'"{text}"'.encode())


def done(text):
    """Return a use case that does something and has its answer kept with it."""

    def use_case(desk):
        desk.store.run(lambda unit: desk.after(unit, text))
        return text

    return use_case


def while_another(service, ids, error, key=KEY):
    """Return a use case that is refused, after the same request was answered in the meantime."""

    def use_case(_desk):
        once(service, ids, key).do(done("first"), reply)
        raise error

    return use_case


@pytest.mark.parametrize("error", [StaleVersionError(1, 2), StoreDoubtError(DOUBT)], ids=["stale", "in doubt"])
def test_who_is_refused_because_the_same_was_done_meanwhile_is_told_its_answer(service, ids, error):
    told = once(service, ids).do(while_another(service, ids, error), reply)
    assert (told.body, told.headers) == (b'"first"', {"Idempotency-Replayed": "true"})


def test_who_is_refused_for_a_reason_of_their_own_is_refused(service, ids):
    def refused(_desk):
        raise StoreDoubtError(DOUBT)

    with pytest.raises(StoreDoubtError):
        once(service, ids).do(refused, reply)
    other = replace(KEY, key="key-number-2")
    with pytest.raises(StoreDoubtError):
        once(service, ids).do(while_another(service, ids, StoreDoubtError(DOUBT), other), reply)


def test_who_used_the_key_for_something_else_meanwhile_is_told_so(service, ids):
    def use_case(_desk):
        once(service, ids, replace(KEY, asks=lambda: "another digest")).do(done("first"), reply)
        raise StoreDoubtError(DOUBT)

    with pytest.raises(Told) as told:
        once(service, ids).do(use_case, reply)
    assert told.value.code == "key_reused"

"""Accounts are made, changed and suspended by administrators of the same organisation, and never by their holder."""

from uuid import UUID, uuid4

import pytest
from offices import OURS, THEIRS, asked
from signins import CANARIES, FIRST_ADMIN, SECOND_ADMIN, admin

from nrm.casework.accounts import people, sessions
from nrm.casework.accounts.errors import SignInDeniedError
from nrm.casework.accounts.people import AccountRefusedError
from nrm.casework.asked import NotPermittedError
from nrm.casework.errors import NoSuchRecordError, StaleVersionError, TakenError
from nrm.errors import NrmError
from nrm.signin.roles import ROLES


def attempts(at, who, account):
    desk = at.desk
    return [
        lambda: people.create(desk, who, "new", "New", ["caseworker"], OURS),
        lambda: people.get(desk, who, account),
        lambda: people.accounts(desk, who),
        lambda: people.change(desk, who, account, display_name="Other"),
        lambda: people.suspend(desk, who, account),
        lambda: people.restore(desk, who, account),
        lambda: people.end_sessions(desk, who, account),
        lambda: people.link(desk, who, account, "https://id.example.org", "s"),
    ]


@pytest.mark.parametrize("role", sorted({*ROLES, "worker", "person"} - {"administrator"}))
def test_nobody_but_an_administrator_keeps_accounts_and_each_denial_is_on_the_log(at, role):
    account = at.account(ready=False).id
    for attempt in attempts(at, asked(role), account):
        before = len(at.said())
        with pytest.raises(NotPermittedError):
            attempt()
        assert [why for _, why in at.said()[before:]] == ["not_permitted"]


def test_an_administrator_of_another_organisation_hears_that_there_is_no_such_account(at):
    account = at.account(ready=False).id
    stranger = admin(organisation=THEIRS)
    for attempt in attempts(at, stranger, account)[3:]:
        before = len(at.said())
        with pytest.raises(NoSuchRecordError) as caught:
            attempt()
        with pytest.raises(NoSuchRecordError) as nothing:
            people.suspend(at.desk, stranger, uuid4())
        assert str(caught.value) == str(nothing.value)
        assert at.said()[before][1] == "other_organisation"
    assert people.accounts(at.desk, stranger) == ([], None)


def test_the_accounts_of_services_are_kept_by_every_administrator(at):
    account = at.account("shelter", ["provider"], ready=False, organisation=UUID(int=77))
    assert people.change(at.desk, admin(), account.id, display_name="Shelter").display_name == "Shelter"


def test_nobody_changes_suspends_or_restores_their_own_account(at):
    account = at.account(roles=["administrator"], ready=False)
    own = asked("administrator", OURS, account.id)
    for attempt in (
        lambda: people.change(at.desk, own, account.id, roles=("supervisor",)),
        lambda: people.suspend(at.desk, own, account.id),
        lambda: people.restore(at.desk, own, account.id),
    ):
        with pytest.raises(NotPermittedError):
            attempt()
        assert at.said()[-1][1] == "same_person"


def test_a_name_is_given_once_whatever_its_capitals(at):
    at.account("anna", ready=False)
    with pytest.raises(TakenError):
        people.create(at.desk, admin(), " ANNA", "Another", ["caseworker"], OURS)
    assert at.said()[-1] == ("user:create", "conflict")


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"name": ""}, "name"),
        ({"display_name": "x" * 200}, "display_name"),
        ({"roles": ("king",)}, "roles"),
        ({"roles": ()}, "roles"),
        ({"language": "xx"}, "language"),
    ],
)
def test_an_account_that_cannot_be_is_refused_by_field_and_without_its_values(at, fields, place):
    account = at.account(ready=False)
    for attempt in (
        lambda: people.change(at.desk, admin(), account.id, **fields),
        lambda: people.create(
            at.desk,
            admin(),
            **{"name": "b", "display_name": "B", "roles": ["caseworker"], "organisation": OURS, **fields},
        ),
    ):
        with pytest.raises(AccountRefusedError) as caught:
            attempt()
        assert [problem.file for problem in caught.value.problems] == [place]
        assert "king" not in str(caught.value)


def test_what_was_changed_meanwhile_is_not_written_over(at):
    account = at.account(ready=False)
    _, seen = people.get(at.desk, admin(), account.id)
    people.change(at.desk, admin(), account.id, seen, display_name="One")
    with pytest.raises(StaleVersionError):
        people.change(at.desk, admin(), account.id, seen, display_name="Two")
    assert people.get(at.desk, admin(), account.id)[0].display_name == "One"


def test_credentials_cannot_be_changed_as_if_they_were_fields(at):
    account = at.account(ready=False)
    for field in ("password", "totp", "entered", "epoch", "state", "id", "kind"):
        with pytest.raises(AccountRefusedError):
            people.change(at.desk, admin(), account.id, **{field: "x"})


@pytest.mark.parametrize("field", [{"roles": ("supervisor",)}, {"unit": "north"}, {"local": False}])
def test_who_may_do_something_else_must_sign_in_again(at, field):
    at.account()
    begun = at.signed_in()
    people.change(at.desk, admin(), begun.account.id, **field)
    with pytest.raises(SignInDeniedError) as caught:
        sessions.session_of(at.desk, begun.token)
    assert caught.value.why in {"session_over", "not_signed_in"}


def test_who_is_only_called_otherwise_stays_signed_in(at):
    at.account()
    begun = at.signed_in()
    people.change(at.desk, admin(), begun.account.id, display_name="Anna B.", language="fr")
    assert sessions.session_of(at.desk, begun.token).account.language == "fr"


def test_a_suspended_account_is_out_at_once_and_comes_back_only_by_signing_in(at):
    at.account()
    begun = at.signed_in()
    people.suspend(at.desk, admin(), begun.account.id)
    for _ in range(2):
        with pytest.raises(SignInDeniedError):
            sessions.session_of(at.desk, begun.token)
        with pytest.raises(NrmError):
            at.signed_in()
        people.restore(at.desk, admin(SECOND_ADMIN), begun.account.id)
        with pytest.raises(SignInDeniedError):
            sessions.session_of(at.desk, begun.token)
        assert at.signed_in().account.id == begun.account.id
        people.suspend(at.desk, admin(FIRST_ADMIN), begun.account.id)


def test_accounts_are_listed_page_by_page(at):
    made = {at.account(f"name{number}", ready=False).id for number in range(7)}
    found, after, pages = set(), None, 0
    while True:
        page, after = people.accounts(at.desk, admin(), after, most=3)
        found |= {one.id for one in page}
        pages += 1
        if after is None:
            break
    assert (found, pages) == (made, 3)
    assert people.named(at.desk, admin(), " Name3 ").name == "name3"


def test_the_log_and_the_store_hold_no_name(at):
    at.account()
    at.signed_in()
    told = b"".join(at.office.leaves()) + repr(list(at.office.store.state.registry.values())).encode()
    assert not [word for word in CANARIES if word.encode() in told.lower()]

"""Non-interference: nothing outside the permitted groups moves a single byte of a package."""

from hypothesis import assume, given
from hypothesis import strategies as st
from sharing import (
    HERE,
    coded,
    ledgers,
    on_random_books,
    packed,
    permitted,
    planned,
    records,
    sharing_books,
    some_groups,
)
from strategies import facts_of

from nrm.referral.disclosure import Permission
from nrm.rulebook.vocabulary import GROUPS


def permissions(data):
    """Draw a rulebook, a case and a ledger, and return the words and what may be sent, of which there is something."""
    made = data.draw(sharing_books())
    plan = planned(made, data.draw(facts_of(made.vocabulary)))
    ledger, needs = data.draw(ledgers()), data.draw(st.just(GROUPS) | some_groups)
    asked = (permitted(plan, made.vocabulary, ledger, code, HERE, needs) for code in made.vocabulary.disclosures)
    found = [one for one in asked if isinstance(one, Permission)]
    assume(found)
    return made.vocabulary, found


def with_the_same_permitted(record, other, groups, words):
    """Return `other` with what `groups` hold in `record`, and with whatever else it holds itself."""
    same = {group: value for group, value in other.items() if group not in groups}
    same |= {group: record[group] for group in groups if group in record}
    if "facts" in groups and "facts" in record:
        mine = {name: value for name, value in record["facts"].items() if allowed(name, groups, words)}
        alien = {name: value for name, value in other.get("facts", {}).items() if not allowed(name, groups, words)}
        same["facts"] = {**alien, **mine}
    return same


def allowed(name, groups, words):
    return name in words.facts and words.facts[name].group in groups


@on_random_books
@given(st.data())
def test_a_package_does_not_vary_with_anything_outside_the_permitted_groups(data):
    words, found = permissions(data)
    record, other = data.draw(records(words)), data.draw(records(words))
    for one in found:
        changed = with_the_same_permitted(record, other, one.groups, words)
        assert packed(one, record, words) == packed(one, changed, words)


@on_random_books
@given(st.data())
def test_a_package_of_two_records_differs_only_where_permitted_groups_differ(data):
    words, found = permissions(data)
    record, other = data.draw(records(words)), data.draw(records(words))
    for one in found:
        first, second = packed(one, record, words), packed(one, other, words)
        assert first["plan.txt"] == second["plan.txt"]
        free = set(one.groups) - {"facts"}
        if any(record.get(group) != other.get(group) for group in free):
            assert first["referral.json"] != second["referral.json"]


@on_random_books
@given(st.data())
def test_a_permitted_fact_reaches_the_package(data):
    words, found = permissions(data)
    given_facts = data.draw(coded(words.facts))
    sound = [name for name, value in given_facts.items() if value in list(getattr(words.facts[name], "values", ()))]
    for one in found:
        sent = packed(one, {"facts": given_facts}, words)["referral.json"].decode()
        for name in sound:
            assert (f'"{name}"' in sent) == ("facts" in one.groups and allowed(name, one.groups, words))

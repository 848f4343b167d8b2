"""A second import updates, never doubles, and leaves other sources alone."""

from __future__ import annotations

from directories import directories
from hypothesis import given, settings
from hypothesis import strategies as st

from nrm.directory.merge import merge
from nrm.directory.service import Address, Directory, Location, Organisation, Service, ServiceAtLocation


def service(name, source="src", title="S"):
    at = (ServiceAtLocation(id=f"at{name}", location_id="l"),)
    return Service(id=name, source=source, organization_id="o", name=title, status="active", at=at)


def directory(*services, city="Lyon", runs="O"):
    place = Location(id="l", source="src", addresses=(Address(id="a", city=city),))
    return Directory(
        services=services, locations=(place,), organisations=(Organisation(id="o", source="src", name=runs),)
    )


def test_changes_are_named_and_what_is_gone_is_gone():
    before = directory(service("a"), service("b"), service("c"), service("a", "other"))
    changes = merge(before, directory(service("b"), service("c", title="New"), service("d")), "src")
    assert (changes.added, changes.changed) == ((("src", "d"),), (("src", "c"),))
    assert (changes.unchanged, changes.gone) == ((("src", "b"),), (("src", "a"),))
    assert [one.key for one in changes.directory.services] == [("other", "a"), ("src", "b"), ("src", "c"), ("src", "d")]


def test_a_service_whose_place_or_organisation_changed_has_changed():
    before = directory(service("a"))
    assert merge(before, directory(service("a"), city="Nice"), "src").changed == (("src", "a"),)
    assert merge(before, directory(service("a"), runs="P"), "src").changed == (("src", "a"),)


@settings(max_examples=30)
@given(first=directories(), second=directories(), other=st.booleans())
def test_importing_twice_is_importing_once(first, second, other):
    kept = directory(service("x", "other")) if other else Directory()
    once = merge(merge(kept, first, "src").directory, second, "src")
    twice = merge(once.directory, second, "src")
    assert (twice.directory, twice.added, twice.changed, twice.gone) == (once.directory, (), (), ())
    keys = [one.key for one in twice.directory.services]
    assert len(keys) == len(set(keys)) == len(second.services) + other

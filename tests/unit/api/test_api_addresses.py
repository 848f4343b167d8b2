"""Where a request comes from: nobody but the proxy of the settings says that it is from somewhere else."""

from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.requests import Request

from api.security.addresses import UNKNOWN, address_of
from nrm.serving import ApiSettings

PROXY = "127.0.0.1"


def request(peer, *forwarded):
    headers = [(b"x-forwarded-for", one.encode("latin-1")) for one in forwarded]
    return Request({"type": "http", "headers": headers, "client": (peer, 1) if peer is not None else None})


@given(said=st.lists(st.text(st.characters(codec="latin-1"), max_size=20), max_size=3))
def test_without_a_proxy_nothing_that_is_said_counts(said):
    assert address_of(request("192.0.2.1", *said), None) == "192.0.2.1"
    assert address_of(request("192.0.2.1", *said), PROXY) == "192.0.2.1"


@given(said=st.lists(st.text(st.characters(codec="latin-1"), max_size=20), max_size=3))
def test_behind_the_proxy_only_what_the_proxy_added_counts(said):
    assert address_of(request(PROXY, *said, "198.51.100.7"), PROXY) == "198.51.100.7"
    assert address_of(request(PROXY, ", ".join([*said, "198.51.100.7"])), PROXY) == "198.51.100.7"


@pytest.mark.parametrize("said", [(), ("",), ("198.51.100.7, nonsense",), ("198.51.100.7,",), ("198.51.100.7:80",)])
def test_where_the_proxy_says_nothing_that_is_an_address_it_is_the_proxys(said):
    assert address_of(request(PROXY, *said), PROXY) == PROXY


@given(low=st.integers(0, 2**64 - 1))
def test_all_addresses_of_one_house_are_one(low):
    assert address_of(request(str(IPv6Address((0x20010DB8 << 96) | low))), None) == "2001:db8::"


def test_an_old_address_in_a_new_form_is_the_old_one():
    assert address_of(request("::ffff:192.0.2.1"), None) == "192.0.2.1"
    assert address_of(request("::ffff:127.0.0.1", "192.0.2.9"), PROXY) == "192.0.2.9"


def test_who_has_no_address_is_one_with_all_who_have_none():
    assert address_of(request(None), None) == address_of(request("a socket"), None) == UNKNOWN


def test_the_proxy_of_the_settings_is_an_address():
    assert ApiSettings(proxy=PROXY).proxy == PROXY
    with pytest.raises(ValidationError):
        ApiSettings(proxy="my proxy")

"""Which addresses may be reached."""

from __future__ import annotations

import socket
import threading
import time
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nrm.delivery.addresses import may_reach, resolve

V4 = st.ip_addresses(v=4)
V6 = st.ip_addresses(v=6)
OUR_OWN = [
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "127.0.0.1",
    "127.255.0.9", "::1", "fc00::1", "fdff::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1",
]  # fmt: skip
NEVER = [
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "192.0.0.1", "192.0.0.9", "192.0.2.1", "192.88.99.1",  # noqa: S104
    "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "::", "::2", "::7f00:1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "100::1", "2001::1", "2001:db8::1",
    "2002:a00:1::1", "2002:808:808::1", "3fff::1", "5f00::1", "64:ff9b:1::1", "64:ff9b::a9fe:a9fe",
    "::ffff:0.0.0.0", "::ffff:169.254.169.254",
]  # fmt: skip
NOT_ADDRESSES = ["", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "127.1", "0177.0.0.1", "127.0.0.01",
                 "localhost", "[::1]", "1.1.1.1 ", "1.1.1.1:80"]  # fmt: skip
PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "2a00:1450::1", "::ffff:1.1.1.1", "64:ff9b::101:101",
          "172.32.0.1", "100.128.0.1"]  # fmt: skip


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_reached(address):
    assert may_reach(address)


@pytest.mark.parametrize("address", OUR_OWN)
def test_our_own_network_is_reached_only_where_settings_say_so(address):
    assert not may_reach(address)
    assert may_reach(address, private=True)


@pytest.mark.parametrize("address", NEVER + NOT_ADDRESSES)
def test_no_setting_opens_special_addresses(address):
    assert not may_reach(address)
    assert not may_reach(address, private=True)


@given(V4 | V6)
def test_whatever_may_be_reached_is_global_for_the_standard_library_too(address):
    if may_reach(str(address)):
        meant = address
        if isinstance(address, IPv6Address):
            meant = address.ipv4_mapped or address
        in_nat64 = address.version == 6 and address in ip_network("64:ff9b::/96")
        assert in_nat64 or (meant.is_global and not meant.is_multicast)


@given(V4)
def test_an_ipv4_address_is_judged_alike_in_each_of_its_forms(address):
    mapped = IPv6Address(b"\0" * 10 + b"\xff\xff" + address.packed)
    translated = IPv6Address(ip_address("64:ff9b::").packed[:12] + address.packed)
    for private in (False, True):
        judged = {may_reach(str(form), private=private) for form in (address, mapped, translated)}
        assert len(judged) == 1


@given(
    st.sampled_from(["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.168.0.0/16", "224.0.0.0/4", "0.0.0.0/8"]),
    st.data(),
)
def test_no_address_of_a_closed_network_is_public(network, data):
    address = data.draw(st.ip_addresses(network=network))
    assert isinstance(address, IPv4Address)
    assert not may_reach(str(address))


@given(V4 | V6)
def test_what_is_reached_without_leave_is_reached_with_it(address):
    assert may_reach(str(address), private=True) >= may_reach(str(address))


@given(st.text())
def test_no_text_is_a_fault(text):
    assert may_reach(text) in {True, False}


def test_a_name_is_asked_for_once_and_each_address_is_told_once(monkeypatch):
    asked = []

    def getaddrinfo(host, port, **_):
        asked.append((host, port))
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("192.0.2.1", "192.0.2.1")]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    assert resolve("relay.example.org", 443, 5) == ("192.0.2.1",)
    assert asked == [("relay.example.org", 443)]


def test_a_resolver_that_keeps_silent_is_left(monkeypatch):
    done = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: done.wait(20) and [])
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        resolve("relay.example.org", 443, 0.05)
    done.set()
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("fault", [socket.gaierror(-2, "unknown"), UnicodeError("label too long")])
def test_a_name_that_leads_nowhere_is_an_os_error(monkeypatch, fault):
    def getaddrinfo(*_, **__):
        raise fault

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(OSError):  # noqa: PT011 - any of them
        resolve("relay.example.org", 443, 5)

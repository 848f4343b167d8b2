"""What an installation says of deliveries."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from nrm.delivery import DeliverySettings
from nrm.models import parse
from nrm.textfile import Document


@pytest.mark.parametrize(
    "host",
    ["relay.example.org:443", "localhost:8443", "xn--bcher-kva.example:1", "192.0.2.7:8443", "[2001:db8::7]:65535",
     "a1.b2:443"],
)  # fmt: skip
def test_a_host_is_named_with_its_port(host):
    assert DeliverySettings(hosts=(host,)).hosts == (host,)


@pytest.mark.parametrize(
    "host",
    ["relay.example.org", "Relay.example.org:443", "*.example.org:443", "relay.example.org:0",
     "relay.example.org:70000", "relay.example.org:0443", "relay.example.org.:443",
     "https://relay.example.org:443", "2130706433:443",
     "0x7f000001:443", "0x7f.1:443", "127.1:443", "0177.0.0.1:443", "::1:443", "[::1]", "[0::1]:443", "a b:443",
     "bücher.example:443", "-a.example:443", f"{'a' * 64}.org:443", "u@a.example:443", ":443", "", "a.example:٤٤٣",
     "relay.example.org:443\n", "[::1%eth0]x:443"],
)  # fmt: skip
def test_a_host_that_could_mean_another_is_refused(host):
    with pytest.raises(ValidationError, match=r"as `relay\.example\.org:443`"):
        DeliverySettings(hosts=(host,))


def test_only_a_known_host_may_stand_in_our_own_network():
    with pytest.raises(ValidationError, match="that `hosts` does not name"):
        DeliverySettings(hosts=("a.example:443",), private_allowed=("b.example:443",))


def test_nobody_is_reached_without_settings():
    assert DeliverySettings().hosts == ()
    assert DeliverySettings().root is None


@pytest.mark.parametrize("limit", ["connect_seconds", "read_seconds", "total_seconds", "receipt_bytes"])
def test_no_limit_is_nothing(limit):
    with pytest.raises(ValidationError):
        DeliverySettings.model_validate_json(json.dumps({"limits": {limit: 0}}))


def test_settings_are_read_from_texts_as_from_values():
    problems = []
    texts = {"hosts": ["a.example:443"], "root": "drops", "limits": {"total_seconds": "90"}}
    read = parse(Document("home.toml", texts, {}), DeliverySettings, problems)
    assert problems == []
    assert read.limits.total_seconds == 90
    assert read == DeliverySettings.model_validate_json(json.dumps({**texts, "limits": {"total_seconds": 90}}))


def test_a_fault_in_settings_is_told_in_a_sentence():
    problems = []
    assert parse(Document("home.toml", {"hosts": ["Relay"]}, {}), DeliverySettings, problems) is None
    assert [p.what for p in problems] == [
        "`hosts.0`: write the host in small letters and its port, as `relay.example.org:443`"
    ]


def test_paths_are_taken_from_the_folder_of_the_installation():
    given = DeliverySettings(root=Path("drops"), ca_file=Path("/etc/ca.pem")).below(Path("/home/nrm"))
    assert (given.root, given.ca_file) == (Path("/home/nrm/drops"), Path("/etc/ca.pem"))
    assert DeliverySettings().below(Path("/home/nrm")) == DeliverySettings()

"""`home.toml`: the time zone and the part `delivery`, and every fault of them at once."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from nrm.delivery.settings import DeliverySettings
from nrm.errors import FileRefusedError, UnknownNameError
from nrm.home import check_zone, home_text, read_home

BASE = home_text("example.org/log", UUID(int=7))


def read(folder, more=""):
    (folder / "home.toml").write_text(BASE + more, encoding="utf-8")
    return read_home(folder)


def faults(folder, more):
    with pytest.raises(FileRefusedError) as refused:
        read(folder, more)
    return [one.what for one in refused.value.problems]


def test_nothing_said_means_utc_and_that_nothing_is_pushed(tmp_path):
    home = read(tmp_path)
    assert (home.zone, home.delivery) == ("UTC", DeliverySettings())


def test_zone_and_delivery_are_read_and_paths_are_taken_from_the_folder(tmp_path):
    more = """\
zone = "Africa/Abidjan"
[delivery]
hosts = ["relay.example.org:443", "10.0.0.7:8443"]
private_allowed = ["10.0.0.7:8443"]
ca_file = "relay.pem"
root = "/srv/drops"
[delivery.limits]
total_seconds = 30
"""
    home = read(tmp_path, more)
    assert home.zone == "Africa/Abidjan"
    assert home.delivery.hosts == ("relay.example.org:443", "10.0.0.7:8443")
    assert home.delivery.private_allowed == ("10.0.0.7:8443",)
    assert (home.delivery.ca_file, home.delivery.root) == (tmp_path / "relay.pem", Path("/srv/drops"))
    assert (home.delivery.limits.total_seconds, home.delivery.limits.connect_seconds) == (30, 10)


def test_what_is_written_by_init_is_read_back(tmp_path):
    (tmp_path / "home.toml").write_text(home_text("example.org/log", UUID(int=7), zone="Europe/Paris", country=None))
    assert read_home(tmp_path).zone == "Europe/Paris"


@pytest.mark.parametrize("zone", ["Europe/Pari", "../../etc/passwd", "", "Europe", "europe", "\x00", "/etc/localtime"])
def test_a_zone_that_is_none_is_refused(zone):
    with pytest.raises(UnknownNameError, match="there is no time zone") as refused:
        check_zone(zone, "--zone")
    assert refused.value.problems[0].file == "--zone"


def test_the_nearest_zone_is_named(tmp_path):
    (said,) = faults(tmp_path, 'zone = "Europe/Pari"\n')
    assert said == "`zone`: there is no time zone `Europe/Pari`; did you mean `Europe/Paris`?"


def test_all_faults_are_told_at_once(tmp_path):
    more = """\
zone = "Nowhere"
pkcs11 = "module.so"
[delivery]
hosts = ["relay.example.org"]
rot = "/srv"
[delivery.limits]
total_seconds = 0
read_seconds = "soon"
"""
    said = " | ".join(faults(tmp_path, more))
    assert len(faults(tmp_path, more)) == 6
    for part in ("no time zone `Nowhere`", "needs both", "delivery.hosts.0", "`rot` is not known here",
                 "delivery.limits.total_seconds", "delivery.limits.read_seconds"):  # fmt: skip
        assert part in said


@pytest.mark.parametrize(
    ("more", "part"),
    [
        ("delivery = 3\n", "`delivery`"),
        ("[delivery]\nhosts = 3\n", "`delivery.hosts`"),
        ('[delivery]\nprivate_allowed = ["a.example.org:1"]\n', "`private_allowed` names a host"),
        ("zone = 3\n", "no time zone `3`"),
        ("[zone]\n", "`zone`"),
    ],
)
def test_a_fault_says_where_it_is(tmp_path, more, part):
    (said,) = faults(tmp_path, more)
    assert part in said

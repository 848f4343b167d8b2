"""A parcel goes the way that its service takes."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from parcels import parcel

from nrm.delivery import Carrier, Delivered, DeliverySettings, Impossible, Later, Waiting
from nrm.delivery.parcel import ImpossibleCode, LaterCode
from nrm.errors import FileRefusedError


def asked_for(host, port, _seconds):
    assert (host, port) == ("a", 443)
    return ("10.0.0.1",)


NOWHERE = Carrier(DeliverySettings(), asked_for)
ONE_HOST = Carrier(DeliverySettings(hosts=("a:443",)), asked_for)


def test_a_message_that_is_fetched_lies_ready():
    assert Carrier(DeliverySettings()).deliver(parcel()) == Waiting()


def test_a_message_for_a_folder_is_put_there(tmp_path):
    (tmp_path / "shelter").mkdir()
    sent = parcel(folder="shelter")
    assert Carrier(DeliverySettings(root=tmp_path)).deliver(sent) == Delivered()
    assert (tmp_path / "shelter" / f"{sent.message}.age").read_bytes() == sent.body


def test_without_a_root_no_folder_is_written():
    assert Carrier(DeliverySettings()).deliver(parcel(folder="shelter")) == Impossible("no_root")


@given(st.text(min_size=1).filter(str.strip))
def test_without_settings_nobody_is_reached(url):
    result = NOWHERE.deliver(parcel(url=url))
    assert result in {Impossible("url_refused"), Impossible("host_not_allowed")}


def test_the_listed_host_is_asked_for():
    assert ONE_HOST.deliver(parcel(url="https://a/x")) == Impossible("address_forbidden")


@given(st.text(alphabet="https:/.@?#\\[]%aA1\u0660\u3002 \t\n-_é", max_size=30))
def test_no_address_reaches_another_host_than_the_listed_one(rest):
    assert isinstance(ONE_HOST.deliver(parcel(url=f"https://{rest or 'x'}")), Impossible)


@pytest.mark.parametrize(
    ("content", "says"),
    [(None, "no such file"), (b"", "holds no certificates"), (b"-----BEGIN CERTIFICATE-----\nx", "no certificates")],
)
def test_authorities_that_cannot_be_read_are_told_at_once(tmp_path, content, says):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(FileRefusedError, match=says):
        Carrier(DeliverySettings(ca_file=path))


@pytest.mark.parametrize("code", get_args(LaterCode) + get_args(ImpossibleCode))
def test_a_code_is_a_word_of_the_closed_list(code):
    assert code.replace("_", "").isalpha()
    assert code.islower()


def test_a_result_shows_neither_address_nor_content():
    sent = parcel(body=b"canary", url="https://secret.example/canary")
    shown = f"{sent!r} {Later('busy', 3.0)!r} {Delivered(b'canary')!r}"
    assert "canary" not in shown
    assert "secret" not in shown

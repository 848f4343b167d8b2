"""An installation with services of three ways, for the test that kills `nrm work`.

    PLACES = services(place.url)                         # a service for each offer and way, with real keys
    home = founded(folder, place, PLACES)                # delivers to this receiver, and into `folder / "drops"`

What the receiver answers says `worker_receipts.py`, with the keys that it finds in `KEYS` of its folder.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

import fast_keys
import pyrage
from real_installations import ORIGIN, app, asked, opened

from nrm.bootstrap_store import create_office
from nrm.casework.office import directory_kept
from nrm.directory.service import Address, Directory, Location, Organisation, Service, ServiceArea, ServiceAtLocation
from nrm.directory.sidecar import Confirmation, Delivery, ServiceName, Sidecar
from nrm.home import home_text, read_home
from nrm.referral.sshsig import SshSigner

SOURCE, DAY = "worker-test", date(2026, 3, 1)
NEEDS = {
    "safe_accommodation": ("contact", "family"),
    "medical_care": ("identity", "contact", "health"),
    "legal_aid": ("identity", "contact", "account"),
    "interpretation": ("contact",),
}
UNDER = {
    "safe_accommodation": "share_with_accommodation",
    "medical_care": "share_with_health",
    "legal_aid": "share_with_lawyer",
    "interpretation": "share_with_interpreter",
}
WAYS = ("https", "file", "pick_up")
KEYS = "keys.json"


@dataclass(frozen=True)
class Place:
    """One service: what it offers, how it is reached, its secret key of age, and what it signs with."""

    offer: str
    way: str
    identity: str
    seed: bytes

    @property
    def key(self):
        return SOURCE, f"{self.offer}-{self.way}"


def services():
    """Make one service of each way for each offer, with new keys."""
    return {
        place.key: place
        for offer in NEEDS
        for way in WAYS
        for place in [Place(offer, way, str(pyrage.x25519.Identity.generate()), os.urandom(32))]
    }


def founded(folder, place, places, database=None):
    """Make an installation that keeps these services and may reach this receiver."""
    folder.mkdir(mode=0o700)
    drops = folder.parent / "drops"
    for one in places.values():
        if one.way == "file":
            (drops / one.key[1]).mkdir(parents=True)
    delivery = [
        "[delivery]",
        f'hosts = ["{place.host}"]',
        f'private_allowed = ["{place.host}"]',
        f'ca_file = "{place.ca_file}"',
        f'root = "{drops}"',
        "limits = {connect_seconds = 2, read_seconds = 2, total_seconds = 3}",
    ]
    text = home_text(ORIGIN, uuid4(), database=database, zone="Europe/London")
    (folder / "home.toml").write_text(text + "\n".join(delivery) + "\n")
    words = folder / "words"
    words.touch(mode=0o600)
    words.write_text(fast_keys.WORDS)
    home = read_home(folder)
    create_office(home, fast_keys.made_keys(home.keys), app()).close()
    office = opened(home)
    keeper = asked(home, "administrator")
    directory_kept.import_directory(office.desk, keeper, office.directory_key, _directory(places), SOURCE)
    directory_kept.keep_sidecars(office.desk, keeper, office.directory_key, _sidecars(places, place.url))
    _tell_receiver(place.folder / KEYS, places, office.desk.counter.signer.public)
    office.close()
    return home


def _directory(places):
    names = [(one, one.key[1]) for one in places.values()]
    address = Address(id="a", address_1="1 Main Street", region="North")
    return Directory(
        organisations=tuple(Organisation(source=SOURCE, id=f"o-{name}", name=name) for _, name in names),
        locations=(Location(source=SOURCE, id="l", name="House", addresses=(address,)),),
        services=tuple(
            Service(
                source=SOURCE,
                id=name,
                organization_id=f"o-{name}",
                name=name,
                status="active",
                service_areas=(ServiceArea(id=f"r-{name}", name="North"),),
                at=(ServiceAtLocation(id=f"at-{name}", location_id="l"),),
                types=(one.offer,),
            )
            for one, name in names
        ),
    )


def _sidecars(places, url):
    return {one.key: _sidecar(one, url) for one in places.values()}


def _sidecar(place, url):
    ways = {
        "https": Delivery(way="https", url=url),
        "file": Delivery(way="file", folder=place.key[1]),
        "pick_up": Delivery(),
    }
    return Sidecar(
        service=ServiceName(source=SOURCE, id=place.key[1]),
        verified=DAY,
        receiving_key=str(pyrage.x25519.Identity.from_str(place.identity).to_public()),
        confirmed=Confirmation(by="coordinator", on=DAY, how="phone"),
        # One service never says that it has a package, so that some are answered from `sent`.
        signing_key=SshSigner(place.seed).public if place.offer != "interpretation" else None,
        delivery=ways[place.way],
        needs=NEEDS[place.offer],
    )


def _tell_receiver(path, places, public):
    keys = [[one.identity, one.seed.hex()] for one in places.values() if one.way == "https"]
    path.write_text(json.dumps({"mechanism": f"{ORIGIN} {public}", "keys": keys}))

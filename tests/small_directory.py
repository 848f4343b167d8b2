"""A small made-up directory in two regions, with records beside it whose keys are real, so that packages can be opened.

    services = FixedServices(DIRECTORY, SIDECARS)
    open_package(sealed, IDENTITIES[CLINIC], …)              # what the clinic has: its secret key of age,
    SIGNERS[CLINIC].sign(…)                                  # and the key that signs its replies

Who is who: `NORTH` is a shelter at a confidential place (`ADDRESS` must appear nowhere), `SOUTH` an open one, `HOME` is
for children; `LAWYER` has no key that anybody confirmed, `COUNSEL` needs to know nothing, `AUTHORITY` protects children
and answers no offer.
"""

from __future__ import annotations

from datetime import date

import pyrage
from pydantic import SecretStr

from nrm.directory.service import Address, Directory, Location, Organisation, Service, ServiceArea, ServiceAtLocation
from nrm.directory.sidecar import Confirmation, DayCapacity, Delivery, ServiceName, Sidecar
from nrm.referral.sshsig import SshSigner

SOURCE = "small"
DAY = date(2026, 3, 1)
ADDRESS = "7 CanaryHideaway Lane"

NORTH, SOUTH, HOME, CLINIC, COUNSEL, LAWYER, SECOND_LAWYER, INTERPRETER, AUTHORITY = KEYS = tuple(
    (SOURCE, name)
    for name in (
        *("north-shelter", "south-shelter", "child-home", "clinic", "counsel"),
        *("lawyer", "second-lawyer", "interpreter", "authority"),
    )
)
WITHOUT_KEY = frozenset({LAWYER})

_MADE = {key: pyrage.x25519.Identity.generate() for key in KEYS if key not in WITHOUT_KEY}
IDENTITIES = {key: str(one) for key, one in _MADE.items()}
SIGNERS = {key: SshSigner(bytes([number]) * 32) for number, key in enumerate(_MADE, 1)}

_OFFERS = {
    NORTH: ("family_accommodation", "safe_accommodation"),
    SOUTH: ("safe_accommodation", "transport_to_safety"),
    HOME: ("child_accommodation",),
    CLINIC: ("maternal_care", "medical_care"),
    COUNSEL: ("mental_health_care", "psychosocial_support"),
    LAWYER: ("compensation_support", "legal_aid"),
    SECOND_LAWYER: ("legal_aid",),
    INTERPRETER: ("interpretation",),
    AUTHORITY: (),
}
_NEEDS = {
    NORTH: ("contact", "family"),
    SOUTH: ("contact", "facts"),
    HOME: ("contact", "facts", "family"),
    CLINIC: ("identity", "contact", "health"),
    COUNSEL: (),
    SECOND_LAWYER: ("identity", "contact", "legal"),
    INTERPRETER: ("contact",),
    AUTHORITY: ("identity", "contact", "facts", "health"),
}
_WAYS = {
    SOUTH: Delivery(way="https", url="https://south.example.org:8443/packages"),
    HOME: Delivery(way="file", folder="child-home"),
}
_BEDS = {NORTH: 5, SOUTH: 2, HOME: 3}
_AGES = {HOME: (0, 17)}
_IN_THE_SOUTH = frozenset({SOUTH, SECOND_LAWYER})


def _region(key):
    return "South" if key in _IN_THE_SOUTH else "North"


def _location(key):
    _, name = key
    address = Address(id=f"a-{name}", address_1=ADDRESS if key == NORTH else "1 Main Street", region=_region(key))
    latitude = 50.8 if key in _IN_THE_SOUTH else 54.9
    return Location(
        source=SOURCE, id=f"l-{name}", name=f"House of {name}", latitude=latitude, longitude=-1.5, addresses=(address,)
    )


def _service(key):
    _, name = key
    low, high = _AGES.get(key, (None, None))
    return Service(
        source=SOURCE,
        id=name,
        organization_id=f"o-{name}",
        name=name.replace("-", " ").capitalize(),
        status="active",
        minimum_age=low,
        maximum_age=high,
        service_areas=(ServiceArea(id=f"r-{name}", name=_region(key)),),
        at=(ServiceAtLocation(id=f"at-{name}", location_id=f"l-{name}"),),
        types=_OFFERS[key],
    )


def _organisation(key):
    _, name = key
    return Organisation(source=SOURCE, id=f"o-{name}", name=f"Friends of {name}")


def sidecar(key, **changes):
    """The record of a service; `changes` are fields of it."""
    identity = _MADE.get(key)
    fields = {
        "service": ServiceName(source=key[0], id=key[1]),
        "verified": DAY,
        "confidential_address": SecretStr(ADDRESS) if key == NORTH else None,
        "capacity": (DayCapacity(day=DAY, free=_BEDS[key], unit="bed"),) if key in _BEDS else (),
        "receiving_key": str(identity.to_public()) if identity is not None else None,
        "confirmed": Confirmation(by="coordinator", on=DAY, how="phone") if identity is not None else None,
        "signing_key": SIGNERS[key].public if key in SIGNERS else None,
        "delivery": _WAYS.get(key, Delivery()),
        "recipients": ("child_protection_authority",) if key == AUTHORITY else (),
        "needs": _NEEDS.get(key),
    }
    return Sidecar(**{**fields, **changes})


DIRECTORY = Directory(
    organisations=tuple(sorted(map(_organisation, KEYS), key=lambda one: one.key)),
    services=tuple(sorted(map(_service, KEYS), key=lambda one: one.key)),
    locations=tuple(sorted(map(_location, KEYS), key=lambda one: one.key)),
)
SIDECARS = {key: sidecar(key) for key in KEYS}

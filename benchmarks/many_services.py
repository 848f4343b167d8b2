"""A made-up directory of any size in the store of an installation, as an import would leave it.

Every service answers every offer that is asked for here, so that none is left out beforehand; a third of all fields is
not said, as in real directories. One service in two has a key that was confirmed, and what is sealed for any of them
opens with `IDENTITY`.
"""

from __future__ import annotations

from datetime import timedelta
from random import Random
from time import sleep
from typing import TYPE_CHECKING, Final
from uuid import uuid4

import pyrage

from benchmarks.case_work import ON
from nrm.bootstrap_services import LOOK_SECONDS
from nrm.casework.asked import Asked
from nrm.casework.office.directory_kept import import_directory, keep_sidecars
from nrm.directory.service import Directory, Language, Location, Organisation, Service, ServiceArea, ServiceAtLocation
from nrm.directory.sidecar import Confirmation, DayCapacity, ServiceName, Sidecar

if TYPE_CHECKING:
    from nrm.bootstrap_store import Office
    from nrm.directory.service import Key

OFFERS: Final = ("child_accommodation", "safe_accommodation")
SOURCE: Final = "made"
IDENTITY: Final = str(pyrage.x25519.Identity.generate())
_RECIPIENT: Final = str(pyrage.x25519.Identity.from_str(IDENTITY).to_public())
_LANGUAGES: Final = ("en", "fr", "es", "ar", "vi", "ro", "sq")
_NEEDS: Final = ((), ("contact",), ("identity", "contact", "facts"), ("contact", "facts", "family", "health"))
_THREE: Final = ("yes", "no", "unknown")


def import_services(office: Office, count: int) -> None:
    """Put `count` services and their records in the place of those that were made up before; the first look is done."""
    asked = Asked(uuid4(), office.home.organisation, "coordinator")
    luck = Random(count)  # noqa: S311 - made-up services, the same ones each time
    made = [_service(number, luck) for number in range(count)]
    directory = Directory(
        organisations=tuple(Organisation(source=SOURCE, id=name, name=name) for name in sorted(_owners(made))),
        services=tuple(one for one, _ in made),
        locations=tuple(one for _, one in made),
    )
    import_directory(office.desk, asked, office.directory_key, directory, SOURCE)
    keep_sidecars(office.desk, asked, office.directory_key, {one.key: _sidecar(one.key, luck) for one, _ in made})
    sleep(LOOK_SECONDS)  # then whoever asks looks for the new edition
    assert office.desk.counter.services.candidate(directory.services[0].key) is not None


def _owners(made: list[tuple[Service, Location]]) -> set[str]:
    return {one.organization_id for one, _ in made}


def _service(number: int, luck: Random) -> tuple[Service, Location]:
    name = f"{number:07}"
    place = Location(
        source=SOURCE, id=name, name=name, latitude=luck.uniform(50, 58), longitude=luck.uniform(-5, 2)
    )  # fmt: skip
    low, high = luck.choice(((None, None), (0, 17), (0, 99), (18, 99)))
    spoken = luck.sample(_LANGUAGES, luck.randrange(3))
    service = Service(
        source=SOURCE,
        id=name,
        organization_id=f"o{number % 3_000}",
        name=f"Service {number}",
        status=luck.choice(("active", "active", "unknown")),
        minimum_age=low,
        maximum_age=high,
        interpretation_services=luck.choice(("", "", "on request")),
        languages=tuple(Language(id=f"{name}-{code}", code=code) for code in spoken),
        service_areas=(ServiceArea(id=name, name=f"region {luck.randrange(40)}"),),
        at=(ServiceAtLocation(id=name, location_id=name),),
        types=OFFERS,
    )
    return service, place


def _sidecar(key: Key, luck: Random) -> Sidecar:
    confirmed = luck.random() < 0.5  # noqa: PLR2004 - one in two
    beds = luck.choice((None, 0, 3))
    return Sidecar(
        service=ServiceName(source=key[0], id=key[1]),
        verified=luck.choice((None, ON - timedelta(days=luck.randrange(900)))),
        capacity=() if beds is None else (DayCapacity(day=ON, free=beds, unit="bed"),),
        receiving_key=_RECIPIENT if confirmed else None,
        confirmed=Confirmation(by="coordinator", on=ON, how="phone") if confirmed else None,
        needs=luck.choice(_NEEDS),
        families=luck.choice(_THREE),
        trafficking=luck.choice(_THREE),
        accessible=luck.choice(_THREE),
    )

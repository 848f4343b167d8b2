"""Services for the canary test of referral, and what each may learn, found without any code of ours.

What a service may learn is worked out from the files in `rules/` as plain YAML: the groups that the disclosure names,
if a rule of the plan gives it, that the person agreed to (or all, on the ground of a duty), and that the service needs.
"""

from __future__ import annotations

import io
import json
import tarfile
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from itertools import chain
from struct import pack

import canaries
import fakes
import pyrage
import yaml

SOURCE = "city"
HIDDEN = ("Wqyxhidevornak", "Щжъфюлтырьнак")
ADDRESS = f"17 {HIDDEN[0]} Lane, {HIDDEN[1]} 4"
"""Where the shelter is; one of its sources has published it by mistake."""

EXPLOITERS = ("47.7391846", "28.9174623")
VALLEY = "Ŵëhrmůndthařg"
"""Where the person must not go: degrees, and the name of a region."""

FACTS = {
    "indicators": ["found_where_exploitation_occurs"],
    "acts": ["transportation"],
    "urgent_medical_need": "yes",
    "debt_owed_to_exploiter": "yes",
    "asylum_claim": "none",
    "losses": ["unpaid_wages"],
}
"""Coded facts that speak of several groups."""


@dataclass(frozen=True)
class Listed:
    """A service: the term of its directory, how it is reached, what it says it needs, and under what it is asked.

    `agreed` is what the person says yes to; None where a duty needs no yes, empty where nobody asked.
    """

    term: str
    way: str
    needs: tuple[str, ...] | None
    disclosure: str
    offer: str | None
    agreed: tuple[str, ...] | None
    recipient: str = ""
    confirmed: bool = True

    @property
    def may_learn(self):
        """The groups that may be sent if the disclosure is given."""
        rule = set(_yaml("vocabulary/outcomes/disclosures.yaml")[self.disclosure]["groups"])
        return rule & set(self.needs or ()) & (rule if self.agreed is None else set(self.agreed))


SERVICES = {
    "shelter": Listed(
        *("Crisis Shelter", "pick_up", ("contact", "facts", "health", "exploiters"), "share_with_accommodation"),
        *("safe_accommodation", ("contact", "facts", "family")),
    ),
    "clinic": Listed(
        *("Community Clinics", "https", ("identity", "contact", "health", "account"), "share_with_health"),
        *("medical_care", ("contact", "health")),
    ),
    "lawyer": Listed(
        *("General Legal Aid", "file", ("identity", "contact", "account", "facts", "legal", "evidence", "health")),
        *("share_with_lawyer", "legal_aid"),
        ("identity", "contact", "account", "facts", "legal", "immigration", "evidence"),
    ),
    "prosecutor": Listed(
        *("", "file", ("legal", "facts", "identity"), "share_with_prosecutor", None, None, "prosecution_authority")
    ),
    "silent": Listed(
        *("Clothing", "https", None, "share_with_social_welfare", "material_assistance"),
        ("identity", "contact", "family"),
    ),
    "counsel": Listed(
        *("General Counseling Services", "https", ("contact", "health"), "share_with_mental_health"),
        *("psychosocial_support", ()),
    ),
    "unknown": Listed(
        *("Language Interpretation", "https", ("contact",), "share_with_interpreter", "interpretation", ("contact",)),
        confirmed=False,
    ),
    "stranger": Listed("Crisis Shelter", "pick_up", ("identity",), "share_with_accommodation", None, ()),
}
"""`counsel` has no consent, `unknown` no key that anybody confirmed, `stranger` is asked nothing."""


def record():
    """Return a record with a word of its own in each text, and for each of these words its group and field."""
    data, places = canaries.record(), {}

    def marked(value, path):
        if isinstance(value, dict):
            return {name: marked(one, (*path, name)) for name, one in value.items()}
        if isinstance(value, list):
            return [marked(one, (*path, str(number))) for number, one in enumerate(value)]
        if not any(core in value for core in canaries.CORES.values()):
            return value
        word = f"kqx{sha256('.'.join(path).encode()).hexdigest()[:12]}"
        places[word] = path
        return f"{value} {word}"

    data = marked(data, ()) | {"facts": FACTS}
    places |= {canaries.BORN: ("identity",), canaries.DOCUMENT: ("identity",)}
    places |= {canaries.PHONE: ("contact",), canaries.EMAIL: ("contact",)}
    assert {path[0] for path in places.values()} == set(data) - {"facts"}, "every group has a word of its own"
    return data, places


def needles():
    """Return what else must be nowhere: the hidden address, and where the exploiters are, also as binary numbers."""
    words = {"hidden address": HIDDEN, "place of exploiters": (*EXPLOITERS, VALLEY)}
    found = {
        needle: f"{kind}, {word} as {way}"
        for kind, some in words.items()
        for word in some
        for way, needle in canaries.encoded(word).items()
    }
    forms = {pack(form, float(one)): f"place of exploiters as {form}" for one in EXPLOITERS for form in ("<d", ">d")}
    return found | forms


def given_by_rule(plan, disclosure):
    """Say whether the plan names a rule for a disclosure, and the file of this rule gives it."""
    lines = [line for line in plan["disclosures"] if line["code"] == disclosure]
    named = {reason["rule"] for line in lines for reason in line["reasons"]}
    return any(_gives(_yaml(f"*/{rule}.yaml"), disclosure) for rule in named)


def _gives(part, disclosure):
    if isinstance(part, dict):
        return part.get("disclosure") == disclosure or any(_gives(one, disclosure) for one in part.values())
    return isinstance(part, list) and any(_gives(one, disclosure) for one in part)


def to_be_learnt(data, groups):
    """Return the record that a service gets which may learn these groups; of facts, those that speak of them."""
    kinds = dict(chain.from_iterable(_yaml(f"vocabulary/facts/{name}.yaml").items() for name in _KINDS))
    kept = {group: data[group] for group in groups if group in data}
    if "facts" in kept:
        kept["facts"] = {name: value for name, value in FACTS.items() if kinds[name]["group"] in groups}
    return kept


_KINDS = ("indicators", "legal", "needs", "person", "procedure", "safety", "trafficking")


@cache
def _yaml(pattern):
    (path,) = fakes.REAL.rules.glob(pattern)
    return yaml.safe_load(path.read_text())


def opened_by(identities, folders):
    """Return, by service, the files of every package and revocation under `folders` that its key opens."""
    sealed = {path.read_bytes() for folder in folders for path in folder.rglob("*.age")}
    opened = {name: [] for name in identities}
    for body in sealed:
        readers = [name for name, identity in identities.items() if (plain := _plain(body, identity, opened[name]))]
        assert len(readers) == 1, "each is for one service"
    return opened


def _plain(body, identity, files):
    try:
        plain = pyrage.decrypt(body, [pyrage.x25519.Identity.from_str(identity)])
    except pyrage.DecryptError:
        return None
    with tarfile.open(fileobj=io.BytesIO(plain)) as tar:
        files.append({one.name: tar.extractfile(one).read() for one in tar if one.isfile()})
    return plain


def write_directory(folder):
    """Write the public directory as HSDS tables; it shows where the shelter is."""
    terms = sorted({one.term for one in SERVICES.values() if one.term})
    tables = {
        "organizations": [("id", "name", "description"), ("o", "Open Door", "Helps")],
        "services": [("id", "organization_id", "name", "status"), *((n, "o", f"The {n}", "active") for n in SERVICES)],
        "taxonomy": [("id", "name", "vocabulary"), *((f"t{n}", term, "AIRS") for n, term in enumerate(terms))],
        "services_taxonomy": [
            ("id", "service_id", "taxonomy_id"),
            *((f"st-{name}", name, f"t{terms.index(one.term)}") for name, one in SERVICES.items() if one.term),
        ],
        "locations": [("id", "name", "latitude", "longitude"), ("l", "House", "51.5", "-0.12")],
        "addresses": [("id", "location_id", "address_1", "city"), ("a", "l", f"17 {HIDDEN[0]} Lane", "Town")],
        "service_at_location": [("id", "service_id", "location_id"), ("sl", "shelter", "l")],
    }
    folder.mkdir()
    for name, rows in tables.items():
        (folder / f"{name}.csv").write_text("".join(",".join(row) + "\n" for row in rows))


def write_sidecars(folder, url, keys, day):
    """Write the mechanism's own records; `keys` are the public keys of age and ssh by service."""
    folder.mkdir()
    ways = {"pick_up": {}, "https": {"url": url}}
    said = []
    for name, one in SERVICES.items():
        age, ssh = keys[name]
        more = ways.get(one.way, {"folder": name})
        entry = {"service": {"source": SOURCE, "id": name}, "verified": day, "receiving_key": age, "signing_key": ssh}
        entry |= {"delivery": {"way": one.way, **more}, "needs": list(one.needs) if one.needs is not None else None}
        entry["recipients"] = [one.recipient] if one.recipient else []
        entry["confirmed"] = {"by": "coordinator", "on": day, "how": "phone"} if one.confirmed else None
        entry["confidential_address"] = ADDRESS if name == "shelter" else None
        said.append({field: value for field, value in entry.items() if value is not None})
    (folder / "all.yaml").write_text(json.dumps({"services": said}, ensure_ascii=False))

"""Wrong commands of referral: slips, lies and other people's keys; each is refused, and tells nothing of a case."""

from __future__ import annotations

import json

import canaries
from canary_services import ADDRESS, EXPLOITERS, SERVICES, SOURCE
from canary_walk import OFFICIAL

CORE = canaries.CORES["latin"]


def slips(walk):
    """Words of a record typed in the place of identifiers, groups, services and places."""
    nrm, case, referral = walk.nrm, walk.case, walk.referred["shelter"]
    give = ("consent", "give", case, "--by", "self", "--disclosure", SERVICES["shelter"].disclosure)
    ask = ("refer", case, "--offer", "safe_accommodation")
    said = ("referral", "feedback", case, referral, "--met", "yes", "--safe", "yes", "--remark-file")
    given = walk.place.given
    files = {"long": f"{CORE} " * 4000, "empty": "", "words": f"{CORE}\0{CORE}"}
    long, empty, words = (given(name, text) for name, text in files.items())
    binary = given("binary", "")
    binary.write_bytes(CORE.encode("utf-16"))
    for line in (
        *(("referral", "list", CORE), ("referral", "show", CORE, referral), ("referral", "show", case, CORE)),
        *(("referral", "accept", CORE), ("referral", "revoke", case, CORE), ("referral", "send", case, CORE)),
        *(("referral", "address", case, CORE, "--show"), ("referral", "transport", CORE, referral, "--official", CORE)),
        *(("consent", "list", CORE), ("duty", "list", CORE), ("duty", "done", case, CORE)),
        *(("case", "link", case, CORE, "--as", "sibling"), ("case", "unlink", CORE, case)),
        *((*give, "--group", CORE), (*give, "--to", f"{CORE}:{CORE}"), (*give, "--to", CORE)),
        *((*ask, "--to", f"{SOURCE}:{CORE}"), (*ask, "--to", CORE), (*ask, "--unit", " ")),
        *((*ask, "--exclude", CORE), (*ask, "--exclude", ",".join(EXPLOITERS)), (*ask, "--near", f"{EXPLOITERS[0]},x")),
        *((*said, long), (*said, binary), (*said, walk.place.folder / "nothing")),
        *(("referral", "reply", empty), ("referral", "reply", words), ("match", long, "--offer", "legal_aid")),
        ("plan", "print", "--case", CORE),
    ):
        nrm(*line, code=1 if line[:2] == ("referral", "reply") else 2)
    assert json.loads(nrm("referral", "show", case, referral, "--json").out)["state"] == "completed"


def strangers(walk):
    """Others ask: another service, another organisation, another role, another official."""
    nrm, case, referral = walk.nrm, walk.case, walk.referred["shelter"]
    stolen = walk.services / "stolen.age"
    for name in ("stranger", "clinic"):
        walk.as_service(name, "fetch", referral, "--out", stolen, code=2)
        walk.as_service(name, "accept", referral, code=2)
        assert not stolen.exists()
    lines = (
        *(("referral", "show", case, referral), ("referral", "list", case), ("consent", "list", case)),
        *(("duty", "list", case), ("refer", case, "--offer", "legal_aid"), ("plan", "print", "--case", case)),
        *(("referral", "address", case, referral, "--show"), ("case", "link", case, walk.relative, "--as", "parent")),
    )
    for line in lines:
        nrm(*line, code=2, NRM_ORGANISATION="another")
        nrm(*line, code=1, NRM_ROLE="overseer")
    for role in ("coordinator", "administrator", "supervisor"):
        nrm("referral", "address", case, referral, "--show", code=1, NRM_ROLE=role)
    nrm("referral", "address", case, referral, "--show", code=1, NRM_WHO=OFFICIAL)  # the service has the person no more
    nrm("directory", "list", code=1, NRM_ROLE="overseer")
    nrm("directory", "sidecars", walk.place.folder / "given" / "sidecars", code=1)


def false_packages(walk):
    """Packages that are not for this service, altered, opened before, or answered by another one."""
    package, forged = walk.services / "shelter.age", walk.services / "forged"
    walk.opens("shelter", package, code=1)
    walk.opens("stranger", package, "--show", code=2)
    altered = walk.services / "altered"
    altered.write_bytes(package.read_bytes()[:-1] + b"x")
    walk.opens("shelter", altered, "--show", code=1)
    walk.opens("shelter", walk.place.given("clear", f"{CORE} {canaries.PHONE}"), "--show", code=2)
    keys = ("--identity", walk.services / "shelter" / "age.key", "--signer", walk.services / "signers")
    other = ("--key", walk.services / "stranger" / "reply.key", "--verb", "start", "--out", forged)
    walk.nrm("package", "reply", package, *keys, *other)
    walk.nrm("referral", "reply", forged, code=1)


def broken_records(walk):
    """The mechanism's own records with a slip in each; nothing of an address is quoted."""
    one = {"service": {"source": SOURCE, "id": "shelter"}, "confidential_address": ADDRESS}
    broken = (
        {"services": [{**one, "confidential_address": [ADDRESS]}]},
        {"services": [{**one, ADDRESS: "x"}]},
        {"services": [{**one, "verified": ADDRESS}]},
        {"services": [one, one]},
        {"services": ADDRESS},
        [ADDRESS],
    )
    texts = [json.dumps(data, ensure_ascii=False) for data in broken]
    texts += [f"services:\n  - confidential_address: {ADDRESS}\n\t- x", f"services: [{{{ADDRESS}: {ADDRESS}: x"]
    hsds, words = walk.place.folder / "given" / "hsds", ("--offer", "legal_aid")
    for number, text in enumerate(texts):
        folder = walk.place.folder / "given" / f"broken{number}"
        folder.mkdir()
        (folder / "all.yaml").write_text(text)
        kept = walk.services / "kept"
        for line in (
            ("directory", "sidecars", folder),
            ("directory", "check", hsds, "--source", SOURCE, "--sidecars", folder),
            ("match", walk.place.case_file, *words, "--directory", kept, "--sidecars", folder),
        ):
            walk.nrm(*line, code=2, NRM_ROLE="coordinator")

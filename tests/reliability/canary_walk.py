"""The whole way of a referral by commands, in an installation whose case is full of canaries (`canary_services`)."""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime
from uuid import UUID, uuid4

import canaries
from canary_services import (
    ADDRESS,
    EXPLOITERS,
    SERVICES,
    SOURCE,
    VALLEY,
    given_by_rule,
    opened_by,
    to_be_learnt,
    write_directory,
    write_sidecars,
)
from offices import real_app, real_books

from nrm import bootstrap_store
from nrm.cli import asking
from nrm.cli.package_keys import read_identity, read_signer
from nrm.referral.package import read_package
from nrm.referral.reply import Reply, sign_reply

KEEPER = "caseworker"
WHERE = ("--exclude", f"{','.join(EXPLOITERS)},3.7", "--exclude-region", VALLEY)
OFFICIAL = "bo"


class Walk:
    """One installation, the services around it, and what a person asked to see (`asked`, which is not searched)."""

    def __init__(self, place, data, monkeypatch):
        self.place, self.nrm, self.data, self.made = place, place.nrm, data, place.made
        self.asked, self.services, self.drops = place.folder / "asked", place.made / "service", place.made / "drops"
        for folder in (self.asked, self.services, self.made / "receiver", *(self.drops / name for name in SERVICES)):
            folder.mkdir(parents=True)
        self.referred, self.plan, self.case, self.relative = {}, None, None, None
        monkeypatch.setattr(signal, "signal", lambda *_: None)  # `nrm work` would keep Ctrl-C for itself
        # Rules are read and compiled once for all commands.
        monkeypatch.setattr(asking, "application", lambda _rules, _seeds: real_app())
        monkeypatch.setattr(bootstrap_store, "FileBooks", lambda _app: real_books())

    def keys(self, name):
        folder = self.services / name
        return [(folder / f"{half}.key.pub").read_text().strip() for half in ("age", "reply")]

    def identities(self):
        return {name: read_identity(self.services / name / "age.key") for name in SERVICES}

    def receipt(self, message, body):
        """What the services behind the receiver answer: a signed word that the package is there."""
        for name, identity in self.identities().items():
            if SERVICES[name].way == "https":
                try:
                    header = read_package(body, identity, [(self.services / "signers").read_text()]).header
                except Exception:  # noqa: BLE001, S112 - it is for another service
                    continue
                if header.kind == "referral":
                    word = {"referral": header.referral, "message": UUID(message), "verb": "receive"}
                    return sign_reply(Reply(**word, at=header.sent_at, nonce=uuid4()), self.signer(name))
        return b""

    def signer(self, name):
        return read_signer(self.services / name / "reply.key")

    def found(self, receiver):
        """Make the installation, the keys of the services, and the directory."""
        nrm, place = self.nrm, self.place
        words = ("--origin", "nrm.example.org/log", "--organisation", "shelter-a", "--zone", "Europe/Athens")
        nrm("init", place.home, *words, *place.database())
        with (place.home / "home.toml").open("a") as stream:
            stream.write(f'[delivery]\nhosts = ["{receiver.host}"]\nprivate_allowed = ["{receiver.host}"]\n')
            stream.write(f'ca_file = "{receiver.ca_file}"\nroot = "{self.drops}"\n')
        for name in SERVICES:
            nrm("package", "keygen", self.services / name)
        (self.services / "signers").write_text(nrm("keys", "signer").out)
        hsds, sidecars = place.folder / "given" / "hsds", place.folder / "given" / "sidecars"
        write_directory(hsds)
        keys = {name: self.keys(name) for name in SERVICES}
        write_sidecars(sidecars, receiver.url, keys, datetime.now(UTC).date().isoformat())
        for more in ([], ["--json"]):
            for words in (["import", hsds, "--source", SOURCE], ["sidecars", sidecars], ["list"]):
                nrm("directory", *words, *more, NRM_ROLE="coordinator")
            nrm("directory", "check", hsds, "--source", SOURCE, "--sidecars", sidecars, *more)

    def open_case(self):
        """Open the case and that of a sister, and decide."""
        nrm = self.nrm
        self.case = json.loads(nrm("case", "open", self.place.case_file, "--json").out)["case"]
        part = {name: self.data[name] for name in ("account", "facts")} | {"identity": {"first_name": "Zqvexilthornby"}}
        sister = self.place.given("sister.yaml", json.dumps(part, ensure_ascii=False))
        self.relative = json.loads(nrm("case", "open", sister, "--json").out)["case"]
        self.plan = json.loads(nrm("case", "decide", self.case, "--json").out)["plan"]
        nrm("case", "link", self.case, self.relative, "--as", "sibling")

    def agree(self, name):
        """Note what the person says about one service."""
        one = SERVICES[name]
        groups = [word for group in one.agreed or () for word in ("--group", group)]
        if groups:
            self.answer("give", name, *groups)

    def answer(self, verb, name, *more):
        words = ("--disclosure", SERVICES[name].disclosure, "--by", "self", "--to", f"{SOURCE}:{name}")
        self.nrm("consent", verb, self.case, *words, *more)

    def refer(self, name, *more, code=0):
        """Refer to one service; remember the referral, if there is one."""
        one = SERVICES[name]
        what = ("--offer", one.offer) if one.offer else ("--disclosure", one.disclosure)
        words = ("refer", self.case, *what, "--to", f"{SOURCE}:{name}", *WHERE, *more)
        told = json.loads(self.nrm(*words, "--json", code=code).out)
        if told["referral"] is not None:
            self.referred[name] = told["referral"]["referral"]

    def as_service(self, name, *words, code=0):
        who = ("--service", f"{SOURCE}:{name}")
        return self.nrm("referral", *words, *who, code=code, NRM_ROLE="provider", NRM_WHO=name)

    def opens(self, name, package, *more, code=0):
        """Open a package as its service does, into a folder that is not searched."""
        keys = ("--identity", self.services / name / "age.key", "--signer", self.services / "signers")
        return self.nrm("package", "open", package, *keys, *more, code=code, shown=not code)

    def replies(self, name, package, verb, out, code=0):
        keys = ("--identity", self.services / name / "age.key", "--signer", self.services / "signers")
        own = ("--key", self.services / name / "reply.key", "--verb", verb, "--out", out)
        self.nrm("package", "reply", package, *keys, *own, code=code)

    def fetch(self, name):
        """Fetch a package that waits, and return where it lies."""
        package = self.services / f"{name}.age"
        self.as_service(name, "fetch", self.referred[name], "--out", package)
        return package

    def refer_everywhere(self):
        """Ask everybody who may be asked, learn who cannot be, and deliver."""
        for name in ("shelter", "clinic", "lawyer", "prosecutor", "silent", "unknown"):
            self.agree(name)
            self.refer(name, code=name == "unknown")
        self.refer("counsel", code=1)
        self.answer("refuse", "counsel")
        self.refer("counsel", code=1)
        self.nrm("refer", self.case, "--offer", "dependants_support", *WHERE, code=1)
        self.nrm("work", "--once")

    def answer_everywhere(self):
        """One service accepts, one declines, two are told that it ended; the person is brought, and says how it was."""
        nrm, case = self.nrm, self.case
        package, reply = self.fetch("shelter"), self.services / "reply"
        self.opens("shelter", package, "--show", "--out", self.asked / "shelter")
        self.opens("shelter", package, "--again", "--json", "--show")
        self.replies("shelter", package, "accept", reply)
        shelter = self.referred["shelter"]
        nrm("referral", "transport", case, shelter, "--official", OFFICIAL, code=1)  # it has not accepted yet
        nrm("referral", "address", case, shelter, "--show", NRM_WHO=OFFICIAL, code=1)
        nrm("referral", "reply", reply)
        nrm("referral", "transport", case, shelter, "--official", OFFICIAL)
        told = nrm("referral", "address", case, shelter, "--show", NRM_WHO=OFFICIAL, shown=True)
        assert told.out == f"{ADDRESS}\n", "it is what was asked for"
        nrm("referral", "address", case, shelter, "--show", code=1)
        nrm("referral", "address", case, shelter, NRM_WHO=OFFICIAL, code=2)  # this is no terminal
        nrm("referral", "start", shelter)
        nrm("referral", "complete", shelter)
        remark = self.place.given("remark", " ".join((*canaries.CORES.values(), canaries.PHONE)))
        nrm("referral", "feedback", case, shelter, "--met", "no", "--safe", "no", "--remark-file", remark)
        (dropped,) = (self.drops / "lawyer").glob("*.age")
        self.opens("lawyer", dropped, "--out", self.asked / "lawyer")
        self.as_service("lawyer", "decline", self.referred["lawyer"], "--reason", "too_far")
        nrm("referral", "revoke", case, self.referred["prosecutor"], "--reason", "wrong_service")
        self.answer("withdraw", "clinic")
        nrm("consent", "unwant", case, "--offer", "legal_aid")
        nrm("consent", "want", case, "--offer", "legal_aid")
        nrm("work", "--once")

    def look_everywhere(self):
        """Read all that can be read, in several languages and as JSON, and take copies away."""
        nrm, case = self.nrm, self.case
        nrm("consent", "wording", "--disclosure", SERVICES["shelter"].disclosure, "--to", f"{SOURCE}:shelter")
        match = ("match", self.place.case_file, "--offer", "safe_accommodation", *WHERE, "--near", ",".join(EXPLOITERS))
        for more in (["--lang", "ar"], ["--json"]):
            for words in (["consent", "list", case], ["duty", "list", case], ["referral", "list", case]):
                nrm(*words, *more)
            for referral in self.referred.values():
                nrm("referral", "show", case, referral, *more)
            self.as_service("silent", "list", *more)
            nrm(*match, *more, NRM_ROLE="coordinator")
        letters = self.made / "letters"
        letters.mkdir()
        nrm("plan", "print", "--case", case, "--lang", "fr", "--out", letters / "whole.txt")
        nrm("plan", "print", "--case", case, "--discreet", "--out", letters / "discreet.txt")
        nrm("plan", "print", "--case", case, "--lang", "ar", "--pdf", letters / "whole.pdf")
        for form in ("json", "csv"):
            nrm("directory", "export", "--form", form, "--out", self.made / f"hsds-{form}", NRM_ROLE="coordinator")
        nrm("db", "backup", self.made / "backup", NRM_ROLE="administrator")
        nrm("audit", "tail", "-n", "200", "--json")
        self.verify_log()

    def verify_log(self):
        self.nrm("audit", "verify", self.place.home / "log", "--vkey", self.place.home / "log.vkey")

    def learnt(self):
        """Return by service the records and texts of all packages that its key opens, wherever they lie."""
        return opened_by(self.identities(), [self.made])

    def told_too_much(self, places):
        """Return what services can open that no rule gave them, and what of their part is missing.

        `places` says of which group each canary is.
        """
        faults = []
        for name, packages in self.learnt().items():
            one = SERVICES[name]
            given = given_by_rule(self.plan, one.disclosure)
            for plain, files in packages:
                document = json.loads(files["referral.json"])
                record = document["record"]
                expected = to_be_learnt(self.data, one.may_learn if document["kind"] == "referral" else ())
                faults += [] if given else [(name, "no rule gives anything")]
                faults += [
                    (name, group) for group in record.keys() | expected if record.get(group) != expected.get(group)
                ]
                faults += [
                    (name, *path)
                    for word, path in places.items()
                    if word.encode() in plain and (path[0] not in expected or word.encode() in files["plan.txt"])
                ]
                faults += [(name, "plan.txt", said) for said in canaries.found_in(files["plan.txt"])]
        return faults

"""`nrm directory` and `nrm match` in an installation: sealed, with an entry for everything, and no address anywhere."""

from __future__ import annotations

import json
from shutil import copytree

import pytest
import yaml
from directories import ORGANISATIONS, SERVICES, write
from installed import Installed

from nrm.referral.package import NAMESPACE
from nrm.referral.ssh_keys import allowed_signers, spoken

ADDRESS = "7 CanaryHideaway Lane"
FILES = {
    "organizations": ORGANISATIONS,
    "services": SERVICES + "s2,o1,Day shelter,active\n",
    "locations": "id,location_type,name\nl1,physical,CanaryHouse\nl2,physical,Office\n",
    "addresses": f"id,location_id,address_1,city\na1,l1,{ADDRESS},Lyon\na2,l2,1 Main Street,Lyon\n",
    "service_at_location": "id,service_id,location_id\nat1,s1,l1\nat2,s2,l2\n",
    "taxonomy": "id,name,vocabulary\nBH-1,Crisis Shelter,AIRS\n",
    "services_taxonomy": "id,service_id,taxonomy_id\n1,s1,BH-1\n2,s2,BH-1\n",
}
HIDES = f"services: [{{service: {{source: src, id: s1}}, confidential_address: {ADDRESS}}}]\n"
KEYED = "services: [{service: {source: src, id: s2}, capacity: [{day: 2026-03-01, free: 3, unit: bed}]}]\n"


@pytest.fixture
def at(nrm, small, tmp_path, monkeypatch):
    """An installation on the small rulebook with a small table of service types."""
    rules = copytree(small.rules, tmp_path / "rules")
    (rules / "directory").mkdir(exist_ok=True)
    offer = next(iter(yaml.safe_load((rules / "vocabulary" / "outcomes" / "offers.yaml").read_text(encoding="utf-8"))))
    line = f"terms: [{{name: Crisis Shelter, offers: [{offer}]}}]\n"
    (rules / "directory" / "service_types.yaml").write_text(line, encoding="utf-8")
    monkeypatch.setenv("NRM_RULES", str(rules))
    made = Installed(nrm, tmp_path, monkeypatch)
    made.offer = offer
    return made


@pytest.fixture
def hsds(tmp_path):
    return write(tmp_path / "hsds", **FILES)


@pytest.fixture
def sidecars(tmp_path):
    folder = tmp_path / "sidecars"
    folder.mkdir()
    for name, text in {"hides.yaml": HIDES, "keyed.yaml": KEYED}.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def filled(at, hsds, sidecars):
    for said in (at("directory", "import", hsds, "--source", "src"), at("directory", "sidecars", sidecars)):
        assert (said.code, said.err) == (0, "")
        assert "Canary" not in said.out
    return at


def test_an_import_goes_into_the_installation_and_a_second_one_never_doubles(at, hsds):
    first = at("directory", "import", hsds, "--source", "src")
    assert "2 added, 0 changed, 0 unchanged, 0 gone" in first.lines
    again = at("directory", "import", hsds, "--source", "src", role="coordinator")
    assert "0 added, 0 changed, 2 unchanged, 0 gone" in again.lines
    listed = json.loads(at("directory", "list", "--json").out)
    assert [(one["source"], one["id"], one["offers"]) for one in listed] == [
        ("src", "s1", [at.offer]), ("src", "s2", [at.offer]),
    ]  # fmt: skip
    told = ["directory:import", "directory:import", "directory:read"]
    assert at.told()[-3:] == [(verb, "done") for verb in told]


def test_records_replace_those_before_and_hide_what_they_hid(filled, sidecars):
    again = filled("directory", "sidecars", sidecars, "--json")
    assert json.loads(again.out) == {
        "added": [], "changed": [], "unchanged": [["src", "s1"], ["src", "s2"]], "gone": [], "nowhere": [],
    }  # fmt: skip
    (sidecars / "hides.yaml").unlink()
    refused = filled("directory", "sidecars", sidecars)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("error: sidecars: `src s1` would not be hidden any more; give these records too")
    assert filled.told()[-1] == ("directory:change", "input_refused")
    (sidecars / "keyed.yaml").write_text(KEYED.replace("id: s2", "id: s9"), encoding="utf-8")
    allowed = filled("directory", "sidecars", sidecars, "--uncover")
    assert allowed.lines == [
        "1 added, 0 changed, 0 unchanged, 2 gone", "  gone: src s1", "  gone: src s2",
        "a sidecar record speaks of no service: src s9",
    ]  # fmt: skip


def test_an_empty_folder_and_broken_records_change_nothing(filled, sidecars, tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    for folder, fault in ((empty, "there is no record in this folder"), (tmp_path / "none", "there is no such folder")):
        said = filled("directory", "sidecars", folder)
        assert (said.code, said.out) == (2, "")
        assert fault in said.err
    (sidecars / "hides.yaml").write_text(HIDES.replace("confidential_address", "adress"), encoding="utf-8")
    said = filled("directory", "sidecars", sidecars)
    assert said.code == 2
    assert "Canary" not in said.err
    assert filled.told()[-1] == ("directory:change", "done")


def test_nothing_that_is_printed_exported_or_stored_shows_a_confidential_place(filled, tmp_path):
    out = tmp_path / "out.json"
    said = [
        filled("directory", "export", "--out", out),
        filled("directory", "list"),
        match(filled, "--json"),
        match(filled),
    ]
    assert [one.code for one in said] == [0, 0, 0, 0]
    assert "withheld, because it is confidential: location l1" in said[0].lines
    texts = [*(one.out + one.err for one in said), out.read_text(encoding="utf-8")]
    assert all("Canary" not in text for text in texts)
    assert "1 Main Street" in texts[-1]
    stored = b"".join(path.read_bytes() for path in filled.home.rglob("*") if path.is_file())
    assert b"Canary" not in stored


def match(at, *more):
    at.record.write_text("facts: {age_status: adult}\n")
    return at("match", at.record, "--offer", at.offer, "--on", "2026-03-01", *more, role="caseworker")


def test_a_match_reads_directory_and_records_of_the_installation(filled):
    found = json.loads(match(filled, "--json").out)
    assert {one["id"]: one["confidential"] for one in found["accepted"]} == {"s1": True, "s2": False}
    assert filled.told()[-1] == ("directory:read", "done")


def test_who_may_not_is_told_and_the_log_says_so(filled, hsds, sidecars):
    before = json.loads(filled("directory", "list", "--json").out)
    for arguments in (("import", hsds), ("sidecars", sidecars)):
        said = filled("directory", *arguments, role="caseworker")
        assert (said.code, said.out) == (1, "")
        assert "the role `caseworker` may not do this" in said.err
        assert filled.told()[-1][1] == "not_permitted"
    said = filled("directory", "list", role="overseer")
    assert (said.code, filled.told()[-1]) == (1, ("directory:read", "not_permitted"))
    assert json.loads(filled("directory", "list", "--json").out) == before


def test_a_file_that_is_named_goes_before_the_installation(filled, hsds, sidecars, tmp_path):
    out, before = tmp_path / "kept.json", filled.told()
    assert filled("directory", "import", hsds, "--source", "other", "--out", out).code == 0
    listed = json.loads(filled("directory", "list", out, "--json").out)
    assert {one["source"] for one in listed} == {"other"}
    exported = filled("directory", "export", out, "--out", tmp_path / "x.json", "--sidecars", sidecars)
    assert exported.code == 0
    assert filled.told() == before


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (("list",), "--home: no directory is named; give --home for an installation, or the file of a directory"),
        (("import", "{hsds}"), "--home: no directory is named"),
        (("export", "{kept}", "--out", "x"), "--sidecars: no folder is named"),
    ],
)
def test_without_an_installation_a_file_must_be_named(filled, hsds, tmp_path, monkeypatch, arguments, fault):
    kept = tmp_path / "kept.json"
    filled("directory", "import", hsds, "--out", kept)
    monkeypatch.delenv("NRM_HOME")
    said = filled("directory", *(word.format(hsds=hsds, kept=kept) for word in arguments))
    assert (said.code, said.out) == (2, "")
    assert fault in said.err


def test_an_installation_takes_no_other_records(filled, sidecars):
    said = match(filled, "--sidecars", sidecars)
    assert (said.code, said.out) == (2, "")
    assert "an installation has records of its own" in said.err


def test_nobody_reads_the_directory_without_a_name(filled, monkeypatch):
    monkeypatch.delenv("NRM_WHO")
    said = filled("directory", "list")
    assert (said.code, said.out) == (2, "")
    assert "--who: nobody is named" in said.err


def test_the_signer_is_one_line_that_a_service_can_keep(at):
    said = at("keys", "signer")
    (line,) = said.out.splitlines()
    (known,) = allowed_signers([line])
    assert (known.names, known.namespaces) == (frozenset({"example.org/log"}), frozenset({NAMESPACE}))
    assert spoken(known.public) in said.err
    assert at("keys", "signer").out == said.out


def test_an_installation_knows_its_time_zone(at, tmp_path):
    base = ("init", tmp_path / "other", "--origin", "example.org/log", "--organisation", "b")
    refused = at(*base, "--zone", "Europe/Pari")
    assert (refused.code, (tmp_path / "other").exists()) == (2, False)
    assert (
        "error: --zone: there is no time zone `Europe/Pari`; did you mean `Europe/Paris`?" in refused.text + refused.err
    )
    assert at(*base, "--zone", "Europe/Paris").code == 0
    assert 'zone = "Europe/Paris"' in (tmp_path / "other" / "home.toml").read_text(encoding="utf-8")

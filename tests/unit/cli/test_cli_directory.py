"""`nrm directory`: import, check, list and export, and what each says and leaves with."""

from __future__ import annotations

import json
from shutil import copytree

import pytest
import yaml
from directories import ORGANISATIONS, SERVICES, write
from fakes import REAL

ADDRESS = "48 Rue du Refuge"
FILES = {
    "organizations": ORGANISATIONS,
    "services": SERVICES,
    "locations": "id,location_type,name\nl1,physical,Hidden House\nl2,physical,Office\n",
    "addresses": f"id,location_id,address_1,city\na1,l1,{ADDRESS},Lyon\na2,l2,1 Main Street,Lyon\n",
    "service_at_location": "id,service_id,location_id\nat1,s1,l1\nat2,s1,l2\n",
    "taxonomy": "id,name,vocabulary\nBH-1,Crisis Shelter,AIRS\nXX,Kennels,AIRS\n",
    "services_taxonomy": "id,service_id,taxonomy_id\n1,s1,BH-1\n2,s1,XX\n",
}


@pytest.fixture
def hsds(tmp_path):
    return write(tmp_path / "hsds", **FILES)


@pytest.fixture
def sidecars(tmp_path):
    folder = tmp_path / "sidecars"
    folder.mkdir()
    record = f"services: [{{service: {{source: src, id: s1}}, confidential_address: {ADDRESS}}}]\n"
    (folder / "one.yaml").write_text(record, encoding="utf-8")
    return folder


@pytest.fixture
def nrm(real_nrm, small, tmp_path):
    """Run `nrm directory`, on a small rulebook with a small table of service types."""
    rules = tmp_path / "rules"
    copytree(small.rules, rules)
    (rules / "directory").mkdir(exist_ok=True)
    offer = next(iter(yaml.safe_load((rules / "vocabulary" / "outcomes" / "offers.yaml").read_text(encoding="utf-8"))))
    line = f"terms: [{{name: Crisis Shelter, offers: [{offer}]}}]\n"
    (rules / "directory" / "service_types.yaml").write_text(line, encoding="utf-8")

    def call(command, *arguments):
        folders = ("--rules", rules, "--seeds", small.seeds) if command in {"import", "check"} else ()
        return real_nrm("directory", command, *arguments, *folders)

    call.offer = offer
    return call


@pytest.fixture
def kept(nrm, hsds, tmp_path):
    out = tmp_path / "directory.json"
    assert nrm("import", hsds, "--source", "src", "--out", out).code == 0
    return out


def test_an_import_says_what_came_in_what_is_mapped_and_what_is_not(nrm, hsds, tmp_path):
    said = nrm("import", hsds, "--source", "src", "--out", tmp_path / "out.json")
    assert (said.code, said.err) == (0, "")
    assert "1 services, 1 of them with an offer of the vocabulary" in said.lines
    assert "1 added, 0 changed, 0 unchanged, 0 gone" in said.lines
    assert "  XX  Kennels  1 services" in said.lines
    assert "Rue" not in said.out


def test_a_second_import_updates_and_never_doubles(nrm, hsds, kept):
    first = kept.read_bytes()
    again = nrm("import", hsds, "--source", "src", "--out", kept)
    assert "0 added, 0 changed, 1 unchanged, 0 gone" in again.lines
    assert kept.read_bytes() == first
    write(hsds, services=SERVICES.replace("Night shelter", "Day shelter"))
    assert "0 added, 1 changed, 0 unchanged, 0 gone" in nrm("import", hsds, "--source", "src", "--out", kept).lines
    both = nrm("import", hsds, "--source", "other", "--out", kept, "--json")
    assert json.loads(both.out)["services"]["added"] == ["s1"]
    listed = json.loads(nrm("list", kept, "--json").out)
    assert [(one["source"], one["id"], one["name"]) for one in listed] == [
        ("other", "s1", "Day shelter"), ("src", "s1", "Day shelter"),
    ]  # fmt: skip


def test_refused_rows_stop_a_check_and_not_an_import(nrm, hsds, tmp_path):
    write(hsds, services=SERVICES + ",o1,No id,active\n")
    out = tmp_path / "out.json"
    checked = nrm("check", hsds, "--source", "src", "--json")
    assert (checked.code, out.exists()) == (1, False)
    report = json.loads(checked.out)
    assert report["files"]["services.csv"] == {"rows": 2, "imported": 1, "refused": 1}
    assert [one for one in report["findings"] if one["done"] == "refused"] == [
        {"file": "services.csv", "place": "3", "field": "id", "reason": "a blank id", "done": "refused",
         "how": "the row was left out"}
    ]  # fmt: skip
    imported = nrm("import", hsds, "--source", "src", "--out", out)
    assert (imported.code, out.exists()) == (0, True)
    assert "a blank id" in imported.out


def test_a_sound_directory_passes_the_check_unless_a_record_speaks_of_no_service(nrm, hsds, sidecars):
    assert nrm("check", hsds, "--source", "src", "--sidecars", sidecars).code == 0
    (sidecars / "one.yaml").write_text("services: [{service: {source: src, id: s9}}]\n", encoding="utf-8")
    said = nrm("check", hsds, "--source", "src", "--sidecars", sidecars)
    assert said.code == 1
    assert "a sidecar record speaks of no service: src s9" in said.lines


def test_a_list_shows_what_is_offered_and_no_address(nrm, kept):
    said = nrm("list", kept, "--offer", nrm.offer)
    assert said.lines == ["src s1  Night shelter", "  Open Door; active", f"  {nrm.offer}", "1 services"]
    refused = nrm("list", kept, "--offer", "nothing_like_it")
    assert (refused.code, refused.err.split("; ")[0]) == (2, "error: --offer: no service answers `nothing_like_it`")


@pytest.mark.parametrize("form", ["json", "csv"])
def test_an_export_holds_no_confidential_place_and_can_be_imported(nrm, kept, sidecars, tmp_path, form):
    out = tmp_path / ("back" if form == "csv" else "back.json")
    said = nrm("export", kept, "--sidecars", sidecars, "--form", form, "--out", out)
    assert said.code == 0
    assert "withheld, because it is confidential: location l1" in said.lines
    files = out.iterdir() if form == "csv" else [out]
    written = "".join(file.read_text(encoding="utf-8") for file in files)
    assert "1 Main Street" in written
    for secret in ("Refuge", "Hidden House", "l1", "at1"):
        assert secret not in written
        assert secret not in said.out.replace("location l1", "")
    again = nrm("import", out, "--source", "src", "--out", tmp_path / "again.json")
    assert (again.code, "1 added, 0 changed, 0 unchanged, 0 gone" in again.lines) == (0, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("import", "nowhere", "--out", "x.json"), "error: nowhere: there is no such file or folder; check the path\n"),
        (("check", ".", "--box", "1,2,3"), "error: --box: `1,2,3` is not a box on earth; write"),
        (("list", "hsds/services.csv"), "error: services.csv: this is no directory file of this version; make it"),
        (("export", "{kept}", "--out", "x", "--sidecars", "nowhere"), "error: nowhere: there is no such folder"),
        (("export", "{kept}", "--out", "hsds", "--form", "csv", "--sidecars", "sidecars"), "error: hsds: something"),
        (
            ("export", "{kept}", "--out", "x", "--source", "sorce", "--sidecars", "sidecars"),
            "error: --source: there is",
        ),
    ],
)
@pytest.mark.usefixtures("sidecars")
def test_bad_input_is_one_line_and_changes_nothing(nrm, kept, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    result = nrm(*(str(kept) if word == "{kept}" else word for word in arguments))
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith(said)
    assert sorted(tmp_path.rglob("*")) == before


def test_services_that_are_gone_are_named(nrm, hsds, kept):
    write(hsds, services="id,organization_id,name,status\ns2,o1,Other,active\n")
    said = nrm("import", hsds, "--source", "src", "--out", kept)
    assert "1 added, 0 changed, 0 unchanged, 1 gone" in said.lines
    assert "  gone: s1" in said.lines


def test_what_json_cannot_hold_is_named_in_an_export(nrm, hsds, sidecars, tmp_path):
    out = tmp_path / "kept.json"
    write(hsds, payments_accepted="id,service_id,payment\nx1,s1,cash\n")
    nrm("import", hsds, "--source", "src", "--out", out)
    said = nrm("export", out, "--sidecars", sidecars, "--out", tmp_path / "back.json")
    assert said.lines[-1].endswith("JSON can hold it: payments_accepted x1")
    report = json.loads(nrm("export", out, "--sidecars", sidecars, "--out", tmp_path / "back.json", "--json").out)
    assert report["not_in_json"] == [{"table": "payments_accepted", "id": "x1"}]
    assert report["withheld"] == [{"table": "location", "id": "l1", "column": ""}]


def test_a_folder_that_cannot_be_written_is_told_and_leaves_nothing(nrm, kept, sidecars, tmp_path):
    out = tmp_path / "no" / "such" / "folder"
    said = nrm("export", kept, "--sidecars", sidecars, "--form", "csv", "--out", out)
    assert said.code == 2
    assert said.err.startswith(f"error: {out}: the folder cannot be written: no such file or directory; ")
    assert not (tmp_path / "no").exists()


def test_the_shipped_table_is_used_without_another(real_nrm, hsds, tmp_path):
    said = real_nrm("directory", "import", hsds, "--out", tmp_path / "out.json", "--json", "--rules", REAL.rules)
    assert json.loads(said.out)["services"]["by_offer"] == {"safe_accommodation": 1}

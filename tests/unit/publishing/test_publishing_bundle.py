"""A bundle is rules and commitments and nothing more, and the same files are the same bytes."""

import io
import lzma
import tarfile

import pytest
from fakes import write_rulebook
from hypothesis import given
from hypothesis import strategies as st
from published import BESIDES, LATER, archive, bundle, paper

from nrm.errors import NrmError
from nrm.publishing.archive import digest_of, pack, read_archive, unpacked, write_archive
from nrm.publishing.bundle import open_bundle
from nrm.publishing.errors import BundleRefusedError

FILES = {"rules/a.yaml": b"a: 1\n", "seeds/b.yaml": b"b: 2\n"}


def tarred(*members):
    """A compressed tar of (TarInfo or name, content)."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:") as packed:
        for name, content in members:
            member = name if isinstance(name, tarfile.TarInfo) else tarfile.TarInfo(name)
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    return lzma.compress(buffer.getvalue())


def member(name, **more):
    made = tarfile.TarInfo(name)
    for key, value in more.items():
        setattr(made, key, value)
    return made


def test_the_same_files_are_the_same_bytes_wherever_they_lie(tmp_path):
    first, second = (write_rulebook(tmp_path / name, BESIDES) for name in ("first", "second"))
    assert pack(first.rules, first.seeds) == pack(second.rules, second.seeds) == archive()


def test_a_bundle_comes_out_as_it_went_in():
    files = read_archive(archive())
    assert write_archive(files) == archive()
    with unpacked(files) as folder:
        assert pack(folder / "rules", folder / "seeds") == archive()
    assert not folder.exists()


names = st.from_regex(r"(rules|seeds)/[a-z]{1,8}/[a-z]{1,8}\.yaml", fullmatch=True)


@given(st.dictionaries(names, st.binary(max_size=200), max_size=5))
def test_any_files_of_rules_come_out_as_they_went_in(files):
    assert read_archive(write_archive(files)) == files


@pytest.mark.parametrize(
    "bad",
    [
        *("/etc/passwd", "../rules/a.yaml", "rules/../../a.yaml", "rules/a.sh", "other/a.yaml", "rules/.hidden.yaml"),
        *("rules\\a.yaml", "rules/a.yaml/", "rules//a.yaml", "RULES/a.yaml"),
    ],
)
def test_a_name_that_no_rule_has_is_refused(bad):
    with pytest.raises(BundleRefusedError):
        read_archive(tarred((bad, b"x")))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_only_plain_files_are_in_a_bundle(kind):
    with pytest.raises(BundleRefusedError):
        read_archive(tarred((member("rules/a.yaml", type=kind, linkname="rules/b.yaml"), b"")))


@pytest.mark.parametrize(
    "told",
    [{"uname": "root"}, {"mtime": 1}, {"mode": 0o777}, {"uid": 7}, {"pax_headers": {"comment": "canary"}}],
)
def test_nothing_hides_in_the_headers_of_a_bundle(told):
    with pytest.raises(BundleRefusedError, match="more than its files"):
        read_archive(tarred((member("rules/a.yaml", **told), b"a: 1\n")))


def test_nothing_stands_before_between_or_after_the_files():
    good = write_archive(FILES)
    plain = lzma.decompress(good)
    for bad in (
        good + b"x",
        good + good,
        good[:-1],
        b"",
        plain,
        lzma.compress(plain + b"canary"),
        lzma.compress(plain[: len(plain) // 2]),
        lzma.compress(plain, format=lzma.FORMAT_ALONE),
    ):
        with pytest.raises(BundleRefusedError):
            read_archive(bad)
    assert read_archive(good) == FILES


def test_a_file_does_not_stand_twice_also_not_in_capitals():
    for second in ("rules/a.yaml", "rules/A.yaml"):
        with pytest.raises(BundleRefusedError):
            read_archive(tarred(("rules/a.yaml", b"1"), (second, b"2")))


def test_a_bomb_is_refused_before_it_unfolds():
    with pytest.raises(BundleRefusedError):
        read_archive(tarred(("rules/a.yaml", bytes(65 << 20))))
    with pytest.raises(BundleRefusedError, match="too large"):
        read_archive(write_archive({"rules/a.yaml": bytes(6 << 20)}))
    with pytest.raises(BundleRefusedError, match="MiB"):
        read_archive(bytes(9 << 20))


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader_of_bundles(data):
    with pytest.raises(BundleRefusedError):
        read_archive(data)


def test_what_does_not_fit_together_is_no_bundle():
    files = read_archive(archive())
    with pytest.raises(BundleRefusedError, match="sings"):
        open_bundle(
            write_archive({**files, "rules/care/shelter.yaml": files["rules/care/shelter.yaml"] + b"\nsings: x\n"})
        )


def test_without_a_guarantee_there_is_nothing_proved_so_it_is_no_bundle():
    files = {name: text for name, text in read_archive(archive()).items() if "/guarantees/" not in name}
    with pytest.raises(BundleRefusedError, match="no guarantee"):
        open_bundle(write_archive(files))


def test_without_words_for_consent_it_is_no_bundle():
    files = {name: text for name, text in read_archive(archive()).items() if "/consent/" not in name}
    with pytest.raises(NrmError, match="no version of the wording"):
        open_bundle(write_archive(files))


def test_only_what_changed_is_mutated():
    first = paper()
    second = paper(LATER, previous=first)
    assert first.statement.checks.mutants > 10
    assert 0 < second.statement.checks.mutants < 5
    assert paper(previous=first).statement.checks.mutants == 0


def test_a_bundle_gives_a_rulebook_for_each_country_and_each_day_of_change():
    places = {(country, on.isoformat()) for country, on, _ in bundle().rulebooks()}
    assert {(None, "2026-01-01"), (None, "2026-07-01"), (None, "2027-01-01"), ("gb", "2026-01-01")} <= places
    assert bundle().digest == digest_of(archive())

"""A rulebook's name: the same for the same rules however they are written, another one when anything changes."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import date

import pytest
import yaml
from fakes import REAL, sound_files

from nrm.rulebook.digest import LANGUAGE_VERSION, canonical, digest
from nrm.rulebook.resolve import rulebook_on
from nrm.rulebook.wording import LANGUAGES

SPRING = date(2026, 3, 1)
SHELTER = "rules/care/shelter.yaml"
RELEASE = "rules/justice/release.yaml"
PERSON = "rules/vocabulary/facts/person.yaml"
SIGNS = "rules/vocabulary/facts/signs.yaml"
OFFERS = "rules/vocabulary/outcomes/offers.yaml"
BARS = "rules/vocabulary/outcomes/bars.yaml"
DISCLOSURES = "rules/vocabulary/outcomes/disclosures.yaml"
TIME = "rules/parameters/answer_time.yaml"


def digest_of(files, on=SPRING, country=None):
    return digest(rulebook_on(files, on, country))


def turned(value):
    """Return `value` with the keys of every mapping in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(entry) for entry in value] if isinstance(value, list) else value


def test_a_digest_is_sha_256_of_the_canonical_form_in_lower_case(sound):
    book = rulebook_on(sound, SPRING)
    assert digest(book) == hashlib.sha256(canonical(book)).hexdigest()
    assert json.loads(canonical(book))["language_version"] == LANGUAGE_VERSION


@pytest.mark.parametrize("style", [{"default_flow_style": True}, {"default_style": '"'}, {"indent": 7, "width": 30}])
def test_neither_the_order_of_keys_nor_the_way_of_writing_changes_it(sound, accept, style):
    parsed = {path: yaml.load(text, yaml.BaseLoader) for path, text in sound_files().items()}  # noqa: S506 - text only
    rewritten = {
        path: yaml.dump(
            data if "/vocabulary/" in path else turned(data),
            sort_keys=False,
            allow_unicode=style != {"default_style": '"'},
            **style,
        )
        for path, data in parsed.items()
    }
    assert digest_of(accept(rewritten)) == digest_of(sound)


@pytest.mark.parametrize("path", [OFFERS, PERSON])
def test_the_order_of_the_words_changes_it_because_a_plan_lists_its_lines_in_that_order(sound, accept, path):
    words = yaml.load(sound_files()[path], yaml.BaseLoader)  # noqa: S506 - text only
    assert len(words) > 1
    reordered = yaml.dump(dict(reversed(words.items())), sort_keys=False, allow_unicode=True)
    assert digest_of(accept({path: reordered})) != digest_of(sound)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (SHELTER, ("owner: policy-unit", "owner: policy-unit # who else?")),
        (SHELTER, ("title: The rule shelter", "title: >-\n  The rule\n  shelter")),
        ("rules/child/treated_as_child.yaml", ("[child, uncertain, unknown]", "[unknown, child, uncertain]")),
        ("rules/child/treated_as_child.yaml", ("is: [child, uncertain, unknown]", "is_not: adult")),
        ("rules/identification/suspected.yaml", ("includes: any", "includes: [threats, debt, confinement]")),
        ("rules/identification/suspected.yaml", ("includes: any", "includes: [any]")),
    ],
)
def test_two_ways_of_saying_one_thing_have_one_digest(sound, accept, path, change):
    assert digest_of(accept({path: change})) == digest_of(sound)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("rules/care/doctor.yaml", ("en: You may need a doctor.,", "en: A doctor may come.,")),
        ("rules/care/doctor.yaml", ("from: 2027-01-01", "from: 2028-01-01")),
        ("rules/national/gb/gb_guardian.yaml", ("title: The rule", "title: A rule")),
        (TIME, ("value: 4", "value: 3")),
    ],
)
def test_what_is_not_in_force_on_the_date_in_the_country_is_not_part_of_it(sound, accept, path, change):
    assert digest_of(accept({path: change})) == digest_of(sound)


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (SHELTER, ("title: The rule shelter", "title: The rule Shelter")),
        (SHELTER, ("sources: [A/TEST/1 §1]", "sources: [A/TEST/1 §2]")),
        (SHELTER, ("owner: policy-unit", "owner: policy unit")),
        (SHELTER, ("owner:", "law: [Palermo Protocol art. 6]\nowner:")),
        (SHELTER, ("We read the paragraph so.", "We read the paragraph otherwise.")),
        (SHELTER, ("from: 2026-01-01", "from: 2026-01-02")),
        (SHELTER, ("finding: suspected", "finding: treated_as_child")),
        (SHELTER, ("when: [{finding: suspected}]", "when: []")),
        (SHELTER, ("      - {offer: shelter}", "      - {offer: shelter}\n      - {offer: doctor}")),
        (RELEASE, ("within: {parameter: answer_time}", "within: PT120H")),  # five days, but not written as days
        (RELEASE, ("when_unknown: applies", "when_unknown: does_not_apply, reason: R")),
        (RELEASE, ("{parameter: detained_days}", "3")),
        (TIME, ("value: 5", "value: 6")),
        (TIME, ("unit: days", "unit: working_days")),
        ("rules/identification/suspected.yaml", ("includes: any", "includes: [debt, threats]")),
        (PERSON, ("nature: risk", "nature: need")),
        (PERSON, ("group: health", "group: family")),
        (SIGNS, ("to: 365", "to: 366")),
        (SIGNS, ("{en: debt,", "{en: debts,")),
        (OFFERS, ("en: A safe place.", "en: A safe house.")),
        (OFFERS, ("meaning: {en: A safe place.", "htcds: x, meaning: {en: A safe place.")),
        (BARS, (", forbids: [search_family]", "")),
        (DISCLOSURES, ("[identity, health]", "[identity]")),
        (DISCLOSURES, ("purpose: care", "purpose: defence")),
        ("rules/vocabulary/roles.yaml", ("en: caseworker", "en: case worker")),
        *((SHELTER, (f"{language}: This is why{end}", f"{language}: That is why{end}")) for language, end in
          (("en", "."), ("fr", ". fr"), ("es", ". es"), ("ar", ". ar"))),
    ],
)  # fmt: skip
def test_any_word_date_number_or_text_that_changes_changes_it(sound, accept, path, change):
    assert digest_of(accept({path: change})) != digest_of(sound)


def test_a_country_and_a_date_on_which_something_changed_have_their_own_digest(sound):
    digests = [digest_of(sound, SPRING, country) for country in (None, "gb")]
    digests += [digest_of(sound, on) for on in (date(2026, 7, 1), date(2027, 1, 1))]
    assert len(set(digests)) == 4


def test_between_two_changes_the_digest_stays_the_same(sound):
    assert digest_of(sound, date(2026, 1, 1)) == digest_of(sound, date(2026, 6, 30))


def test_every_text_of_every_real_rule_in_force_is_part_of_it(real):
    book = rulebook_on(real, SPRING, "gb")
    form = json.loads(canonical(book))["rulebook"]
    for rule, written in zip(book.rules, form["rules"], strict=True):
        assert [written[part] for part in ("name", "title", "reading", "owner", "version")] == [
            rule.name, rule.title, rule.reading, rule.owner, rule.version.isoformat(),
        ]  # fmt: skip
        for branch, said in zip(rule.branches, written["branches"], strict=True):
            assert said["because"] == {language: branch.because.in_(language) for language in LANGUAGES}


@pytest.mark.parametrize("seed", ["0", "4711"])
def test_a_fresh_process_gives_the_same_digest_whatever_its_hash_seed(real, seed):
    code = (
        "import sys; from datetime import date; from pathlib import Path\n"
        "from nrm.rulebook.digest import digest; from nrm.rulebook.read import read_files\n"
        "from nrm.rulebook.resolve import rulebook_on\n"
        "files = read_files(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "print(digest(rulebook_on(files, date(2026, 3, 1), 'gb')))"
    )
    command = [sys.executable, "-c", code, str(REAL.rules), str(REAL.seeds)]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == digest_of(real, SPRING, "gb")

"""Every reason can be told in four languages, with its values in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nrm.bootstrap import Application
from nrm.config import settings
from nrm.directory import hard, match, preferences
from nrm.directory.place import Point
from nrm.directory.told import criterion, reason
from nrm.rulebook.wording import LANGUAGES
from tests.match_examples import DAY, shelter, woman


@pytest.fixture(scope="module")
def application():
    return Application(settings(None, None))


NAMES = "offer|status|age|gender|capacity|conflict|zone|language|specialised|region|distance|verified|reserve"


def reasons_in(module):
    source = Path(module.__file__).read_text(encoding="utf-8")
    return set(re.findall(rf'"((?:{NAMES})(?:_[a-z_]+)?)"', source))


ASKED = ("not_needed", "given", "refused", "unknown", "ask_person", "need_unknown")
REASONS = sorted(
    (reasons_in(hard) - {"offer", "status", "age", "gender", "capacity", "conflict", "zone"})
    | (reasons_in(preferences) - {"language", "region", "verified", "reserve"})
    | {f"{name}_{state}" for name in ("access", "family") for state in ASKED}
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_criterion_has_a_phrase(application, language):
    phrases = application.speaker(language).phrases
    assert len(REASONS) > 45
    assert [code for code in REASONS if f"match_{code}" not in phrases] == []
    for requirement in (*hard.HARD, *preferences.PREFERENCES):
        assert f"match_criterion_{requirement(woman(), shelter()).criterion}" in phrases


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_whole_match_is_told_without_a_brace_or_a_code_left(application, language):
    speaker = application.speaker(language)
    need = woman(languages=frozenset({"vi"}), near=Point(51.5, -0.2))
    judged = match.judge(need, shelter(languages=frozenset({"vi"}), verified=DAY))
    said = [f"{criterion(line.criterion, speaker)} {reason(line, speaker)}" for line in judged.lines]
    assert not [text for text in said if re.search(r"[{}]|feminine|safe_accommodation|2026-03", text)]


def test_languages_genders_and_days_are_words(application):
    speaker = application.speaker("fr")
    judged = match.judge(woman(languages=frozenset({"vi"})), shelter(languages=frozenset({"vi"})))
    said = {line.criterion: reason(line, speaker) for line in judged.lines}
    assert said["language"] == "langues parlées : vietnamien"
    assert said["capacity"] == "libres le 1 mars 2026 : 4"

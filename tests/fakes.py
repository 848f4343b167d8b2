"""A small sound rulebook in a folder, which a test then breaks in one way. Nothing here imitates our own code.

    settings = write_rulebook(tmp_path)                                  # sound: `load(settings)` gives its files
    settings = write_rulebook(tmp_path, {"rules/care/shelter.yaml": ("fact: signs", "fact: sings")})
    problems = refused(settings)                                         # what reading and linting say about it

Paths are relative to `tmp_path` and start with `rules/` or `seeds/`; they are also the names that errors use. A change
is the whole new content (text or bytes), a pair (old, new) that replaces a piece standing exactly once, or None to
leave the file out. The phrase files are the real ones, so that sentences, plans and explanations can be said.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from small_tables import TABLES

from nrm.config import Settings
from nrm.errors import NrmError, Problem
from nrm.rulebook.lint import check
from nrm.rulebook.read import read_files
from nrm.rulebook.vocabulary import GROUPS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nrm.rulebook.files import Files

REPOSITORY = Path(__file__).resolve().parents[1]
REAL = Settings(rules=REPOSITORY / "rules", seeds=REPOSITORY / "seeds")

Change = str | bytes | tuple[str, str] | None

_YES_NO = "{yes: {}, no: {}, unknown: {}}"

# `<Shelter>` stands for the wording {en: Shelter, fr: Shelter fr, es: Shelter es, ar: Shelter ar}.
_SHORT = {
    "rules/vocabulary/common.yaml": """\
yes: {label: <yes>}
no: {label: <no>}
unknown: {label: <not known>}
""",
    "rules/vocabulary/facts/person.yaml": f"""\
age_status:
  type: choice
  nature: identity
  group: identity
  label: <Age>
  meaning: <Whether the person is a child.>
  values: {{child: {{label: <child>}}, adult: {{label: <adult>}}, uncertain: {{label: <uncertain>}}, unknown: {{}}}}
urgent_need: {{type: choice, nature: need, group: health, label: <Urgent need>, meaning: <Now.>, values: {_YES_NO}}}
family_risk: {{type: choice, nature: risk, group: family, label: <Family risk>, meaning: <Danger.>, values: {_YES_NO}}}
helps_police: {{type: choice, nature: cooperation, group: legal, label: <Helps>, meaning: <Speaks.>, values: {_YES_NO}}}
""",
    "rules/vocabulary/facts/signs.yaml": """\
signs:
  type: codes
  nature: indicator
  group: facts
  label: <Signs>
  meaning: <What was seen.>
  values:
    confinement: {label: <confinement>}
    debt: {label: <debt>}
    threats: {label: <threats>}
days_detained: {type: whole, nature: sanction, group: legal, label: <Days detained>, meaning: <Days held.>,
                unit: days, from: 0, to: 365}
""",
    "rules/vocabulary/outcomes/findings.yaml": """\
suspected: {label: <Trafficking suspected>, meaning: <A sign was seen.>}
treated_as_child: {label: <Treated as a child>, meaning: <A child until shown otherwise.>}
""",
    "rules/vocabulary/outcomes/offers.yaml": """\
shelter: {label: <Shelter>, meaning: <A safe place.>}
doctor: {label: <Doctor>, meaning: <Medical care.>}
guardian: {label: <Guardian>, meaning: <Somebody on the side of the child.>}
""",
    "rules/vocabulary/outcomes/duties.yaml": """\
tell_lawyer: {label: <Tell the lawyer>, meaning: <A lawyer is told.>}
search_family: {label: <Search for the family>, meaning: <The family is looked for.>}
""",
    "rules/vocabulary/outcomes/bars.yaml": """\
detain: {label: <Detain>, meaning: <Held in a cell.>}
contact_family: {label: <Contact the family>, meaning: <The family is spoken to.>, forbids: [search_family]}
""",
    "rules/vocabulary/outcomes/disclosures.yaml": """\
share_with_shelter: {label: <Share with the shelter>, meaning: <The shelter is told.>,
                     recipient: refuge, groups: [identity, health], purpose: care, basis: consent}
share_with_lawyer: {label: <Share with the lawyer>, meaning: <The lawyer is told.>,
                    recipient: law_office, groups: [legal], purpose: defence, basis: duty, duty: tell_lawyer}
""",
    "rules/vocabulary/roles.yaml": "caseworker: {label: <caseworker>, meaning: <Works with the person.>}\n",
    "rules/vocabulary/recipients.yaml": """\
refuge: {label: <the refuge>, meaning: <A safe house.>}
law_office: {label: <the law office>, meaning: <Lawyers.>}
""",
    "rules/vocabulary/purposes.yaml": """\
care: {label: <care>, meaning: <To care.>}
defence: {label: <defence>, meaning: <To defend.>}
""",
    "rules/vocabulary/groups.yaml": "\n".join(
        f"{group}: {{label: <{group}>, meaning: <The group {group}.>}}" for group in GROUPS
    ),
    "rules/parameters/answer_time.yaml": """\
parameter: answer_time
title: <Time to answer>
unit: days
national_may: decrease
sources: [A/TEST/1 §2]
values:
  - {from: 2026-01-01, value: 5}
  - {from: 2026-07-01, value: 4}
""",
    "rules/parameters/detained_days.yaml": """\
parameter: detained_days
title: <Days before release>
unit: days
national_may: nothing
sources: [A/TEST/1 §2]
values:
  - {from: 2026-01-01, value: 2}
""",
    "rules/national/gb/parameters/answer_time.yaml": """\
parameter: answer_time
sources: [A/TEST/1 §2]
values:
  - {from: 2026-01-01, value: 3}
""",
    "seeds/A-TEST-1.yaml": """\
document: A/TEST/1
title: A declaration for tests
adopted: General Assembly, 1 January 2026
operative: 3
commitments:
  - paragraph: §1
    says: Whoever may have been trafficked is safe.
    answers: [{by: rule, rules: [suspected, shelter, doctor]}]
  - paragraph: §2
    says: Nobody is locked up for it.
    answers: [{by: rule, rules: [release]}, {by: guarantee, how: It is proved.}]
  - paragraph: §3
    says: Words about the work of States.
    answers: [{by: outside, reason: It is about States.}]
""",
}

_RULES = {
    "identification/suspected": """\
    when: [{fact: signs, includes: any}]
    then: [{finding: suspected}]
""",
    "child/treated_as_child": """\
    when:
      - {finding: suspected}
      - {fact: age_status, is: [child, uncertain, unknown]}
    then: [{finding: treated_as_child}]
""",
    "child/family_search": """\
    when: [{finding: treated_as_child}]
    then: [{duty: search_family, by: caseworker, within: P3D}]
""",
    "care/shelter": """\
    when: [{finding: suspected}]
    then:
      - {offer: shelter}
      - {disclosure: share_with_shelter}
""",
    "care/doctor": """\
    branches:
      - when: [{fact: urgent_need, is: [yes, unknown]}]
        because: <You may need a doctor now.>
      - when:
          - any:
              - {fact: signs, includes: [threats, debt]}
              - {finding: treated_as_child}
        because: <A doctor looks after you.>
    then: [{offer: doctor}]
  - from: 2026-07-01
    when: [{fact: urgent_need, is_not: no}]
    then: [{offer: doctor}]
    because: <You may need a doctor.>
  - from: 2027-01-01
    repealed: true
    reason: The health law gives it to everyone.
""",
    "justice/release": """\
    when:
      - {finding: suspected}
      - {fact: days_detained, at_least: {parameter: detained_days}, when_unknown: applies}
    then:
      - {bar: detain}
      - {duty: tell_lawyer, by: caseworker, within: {parameter: answer_time}}
      - {disclosure: share_with_lawyer}
""",
    "safety/family_barred": """\
    when: [{fact: family_risk, is: yes, when_unknown: does_not_apply, reason: Most families help.}]
    then: [{bar: contact_family}]
""",
    "national/gb/gb_guardian": """\
    when: [{finding: treated_as_child}]
    then: [{offer: guardian}]
""",
}

# For each rule: facts with which it applies, what it then gives, and facts with which it does not apply.
_EXAMPLES = {
    "identification/suspected": ("{signs: [debt]}", "suspected", "{signs: []}"),
    "child/treated_as_child": ("{signs: [debt], age_status: child}", "treated_as_child", "{age_status: child}"),
    "child/family_search": ("{signs: [debt], age_status: child}", "search_family", "{signs: []}"),
    "care/shelter": ("{signs: [debt]}", "shelter", "{signs: []}"),
    "care/doctor": ("{urgent_need: yes}", "doctor", "{urgent_need: no}"),
    "justice/release": ("{signs: [debt], days_detained: 2}", "tell_lawyer", "{signs: [debt], days_detained: 1}"),
    "safety/family_barred": ("{family_risk: yes}", "contact_family", "{family_risk: no}"),
    "national/gb/gb_guardian": ("{signs: [debt], age_status: child}", "guardian", "{signs: []}"),
}
_APPLIES_TO_UNKNOWN = frozenset({"doctor"})
_BARS = frozenset({"contact_family"})


def _rule(path: str, body: str) -> str:
    name = path.rsplit("/", 1)[-1]
    closing = "" if "because" in body else "    because: <This is why.>\n"
    return f"""\
rule: {name}
title: The rule {name}
sources: [A/TEST/1 §1]
reading: We read the paragraph so.
owner: policy-unit
versions:
  - from: 2026-01-01
{body}{closing}"""


def _examples(given: str, code: str, otherwise: str) -> str:
    expect = f"{'expect_bar' if code in _BARS else 'expect'}: [{code}]"
    unknown = f", {expect}" if code in _APPLIES_TO_UNKNOWN else ""
    return f"""\
- {{example: It applies, kind: applies, on: 2026-03-01, given: {given}, {expect}}}
- {{example: It does not, kind: does_not_apply, on: 2026-03-01, given: {otherwise}, expect_not: [{code}]}}
- {{example: Little is known, kind: unknown, on: 2026-03-01, given: {{}}{unknown}}}
- {{example: Before the rule began, kind: before, on: 2025-12-31, given: {given}}}
"""


def _spelled(text: str) -> str:
    return re.sub(r"<([^<>]+)>", r"{en: \1, fr: \1 fr, es: \1 es, ar: \1 ar}", text)


def sound_files() -> dict[str, str]:
    """Return the texts of all files of the sound rulebook by path."""
    files = {**_SHORT, **TABLES, **{f"rules/{path}.yaml": _rule(path, body) for path, body in _RULES.items()}}
    files.update({f"rules/{path}.examples.yaml": _examples(*parts) for path, parts in _EXAMPLES.items()})
    files = {path: _spelled(text) for path, text in files.items()}
    for real in sorted((REAL.rules / "locale").glob("*.yaml")):
        files[f"rules/locale/{real.name}"] = real.read_text(encoding="utf-8")
    return files


def write_rulebook(folder: Path, changes: Mapping[str, Change] | None = None) -> Settings:
    """Write the sound rulebook into `folder`, changed as the docstring of this module says."""
    texts: dict[str, str | bytes] = dict(sound_files())
    for path, change in (changes or {}).items():
        if change is None:
            del texts[path]
        elif isinstance(change, tuple):
            old, new = change
            text = texts[path]
            assert isinstance(text, str)
            assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
            texts[path] = text.replace(old, new)
        else:
            texts[path] = change
    for path, content in texts.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return Settings(rules=folder / "rules", seeds=folder / "seeds")


def load(settings: Settings) -> Files:
    """Read and lint; raises RulebookRefusedError as the program does."""
    files = read_files(settings.rules, settings.seeds)
    check(files)
    return files


def refused(settings: Settings) -> tuple[Problem, ...]:
    """Return the problems with which the rulebook is refused; fails when it is accepted."""
    try:
        load(settings)
    except NrmError as error:
        return error.problems
    raise AssertionError("the rulebook was accepted")

"""Made-up case records and HTCDS rows: any of what the model and the crosswalk allow."""

from datetime import date
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from record_shapes import kind_of, vocabulary

from nrm.case.dates import disorder
from nrm.case.fields import COUNTRIES, Code, Country, Part, Tongue
from nrm.case.record import CaseRecord
from nrm.case.template import shape
from nrm.interchange.crosswalk import crosswalk
from nrm.models import parse
from nrm.textfile import Document

CANARY = "zq7canary4471xw"
TEXTS = st.sampled_from(
    ["Ana", "=1+1", "'x", "'=x", "-", "a;b", "+44 20", 'say "x", y', "ليلى", "two\nlines", "@SUM(A1)"]
)
slowly = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def scalars(annotation, words):
    if words:
        return st.sampled_from(words)
    by_kind = {
        repr(Country): st.sampled_from(sorted(COUNTRIES)),
        repr(Tongue): st.sampled_from(["en", "sqi", "ar"]),
        repr(Code): st.sampled_from(sorted(vocabulary().facts["purposes"].values)),
        repr(date): st.dates(date(1950, 1, 1), date(2026, 1, 1)).map(date.isoformat),
        repr(int): st.integers(0, 30).map(str),
        repr(UUID): st.uuids().map(str),
    }
    return by_kind.get(repr(annotation), TEXTS)


def trees(kind):
    always, at_times = {}, {}
    for name, field in kind.model_fields.items():
        found = shape(field.annotation)
        if name == "facts":
            continue
        is_part = isinstance(found.kind, type) and issubclass(found.kind, Part)
        inner = trees(found.kind) if is_part else scalars(kind_of(field.annotation), found.words)
        value = st.lists(inner, max_size=3, unique=not is_part) if found.many else inner
        (always if field.is_required() else at_times)[name] = value
    if kind is CaseRecord:
        at_times["facts"] = coded()
    return st.fixed_dictionaries(always, optional=at_times)


def coded():
    """Return made-up groups `facts`, with every fact that the crosswalk reads and some that it does not."""
    kinds = {}
    for name in (*SEVERAL_FACTS, "indicators", "acts"):
        words = sorted(vocabulary().facts[name].values)
        kinds[name] = st.lists(st.sampled_from(words), min_size=1, max_size=4, unique=True)
    kinds["identification_decision"] = st.sampled_from(sorted(vocabulary().facts["identification_decision"].values))
    return st.fixed_dictionaries({}, optional=kinds)


SEVERAL_FACTS = ("methods_of_control", "purposes", "labour_sectors", "recruitment_channels", "online_exploitation")


def acceptable(tree):
    """Leave out dates in disorder, which no record can have."""
    problems = []
    record = parse(Document("made up", tree, {}), CaseRecord, problems, private=True)
    assert not problems
    return next(disorder(record), None) is None


def records():
    return trees(CaseRecord).filter(acceptable).map(lambda tree: Document("made up", tree, {(): 1}))


def rows():
    """Return HTCDS rows of codes and texts that say the same on both sides."""
    cells = {}
    for row in crosswalk("htcds").rows:
        same = [code.theirs for code in row.codes if code.way == "both" and code.ours]
        if row.event or row.only or row.way != "both" or row.theirs == "hte_Type":
            continue
        if row.theirs in {"prs_Birthdate", "cas_IncomingReferralDate"}:
            cells[row.theirs] = st.dates(date(1990, 1, 1), date(2000, 1, 1)).map(lambda day: [day.isoformat()])
        elif row.form == "country":
            cells[row.theirs] = st.lists(st.sampled_from(sorted(COUNTRIES)), min_size=1, max_size=3, unique=True)
        elif same:
            most = 3 if row.holds == "several" else 1
            cells[row.theirs] = st.lists(st.sampled_from(same), min_size=1, max_size=most, unique=True)
        elif row.theirs in {"prs_NumberOfChildren", "vic_AgeWhenTrafficked"}:
            cells[row.theirs] = st.integers(0, 30).map(lambda number: [str(number)])
        elif row.theirs == "prs_PrimaryLanguage":
            cells[row.theirs] = st.sampled_from([["fr"], ["sqi"]])
        elif row.ours and not row.codes and "Language" not in row.theirs:
            cells[row.theirs] = TEXTS.map(lambda text: [text])
    return st.fixed_dictionaries({}, optional=cells).map(with_its_type)


def with_its_type(cells):
    """Say of whoever was prostituted by others also the general type, as whoever follows the standard does."""
    types = cells.get("vic_TypeOfExploitation", [])
    if "Prostitution" not in cells.get("vic_TypeOfSexExploitation", []) or "SexualExploitation" in types:
        return cells
    return {**cells, "vic_TypeOfExploitation": [*types, "SexualExploitation"]}

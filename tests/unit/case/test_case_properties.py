"""Properties of all case records, on records made up field by field from the model itself."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from record_shapes import kind_of, vocabulary

from nrm.case import CaseRecord, derive_facts, read_case
from nrm.case.dates import parts
from nrm.case.fields import COUNTRIES, Code, Country, Part, Tongue
from nrm.case.template import shape
from nrm.engine.facts import check_facts
from nrm.errors import CaseRefusedError
from nrm.textfile import Document

ON = date(2026, 3, 1)
CANARY = "zq7canary4471xw"
DAYS = st.dates(date(1916, 1, 1), date(2030, 1, 1))
BIRTHS = st.dates(date(1930, 1, 1), date(2011, 12, 31))
SINCE = st.dates(date(2012, 1, 1), ON)
PURPOSES = ["forced_labour", "servitude"]
VOCABULARY = vocabulary()


def scalars(annotation, words):
    if words:
        return st.sampled_from(words)
    texts = {
        repr(Country): st.sampled_from(["GB", "AL", "VN", *sorted(COUNTRIES)]),
        repr(Tongue): st.sampled_from(["en", "sqi"]),
        repr(Code): st.sampled_from(PURPOSES),
        repr(date): SINCE.map(date.isoformat),
        repr(int): st.integers(0, 30).map(str),
        repr(UUID): st.uuids().map(str),
    }
    return texts.get(repr(annotation), st.just(CANARY))


def trees(kind):
    """Return made-up text trees of `kind` with any of its fields, and always those that it requires."""
    always, at_times = {}, {}
    for name, field in kind.model_fields.items():
        found = shape(field.annotation)
        if name == "facts":
            continue
        if isinstance(found.kind, type) and issubclass(found.kind, Part):
            inner = trees(found.kind)
        else:
            inner = scalars(kind_of(field.annotation), found.words)
        value = st.lists(inner, max_size=3) if found.many else inner
        (always if field.is_required() else at_times)[name] = value
    if "birth_date" in at_times:
        at_times["birth_date"] = BIRTHS.map(date.isoformat)
    return st.fixed_dictionaries(always, optional=at_times).map(lambda tree: in_order(tree, kind))


def in_order(tree, kind):
    """Put the dates of which one cannot lie before the other in order, so that most records can be read."""
    for pair in kind.ordered:
        if all(name in tree for name in pair):
            tree = {**tree, **dict(zip(pair, sorted(tree[name] for name in pair), strict=True))}
    return tree


def document(tree):
    return Document("case.yaml", tree, {(): 1})


RECORDS = trees(CaseRecord)
slowly = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def attempt(tree, step=lambda record: record):
    """Return what `step` makes of the record, and the error that was raised instead of it."""
    try:
        return step(read_case(document(tree))), None
    except CaseRefusedError as refused:
        return None, refused


def derived(tree, on=ON):
    """Return what the record establishes; who has typed impossible dates or contradictions is told so instead."""
    facts, refused = attempt(tree, lambda record: derive_facts(record, on))
    if refused is not None:
        assert CANARY not in str(refused)
        assert all(problem.what and problem.todo for problem in refused.problems)
        reject()
    return facts


@slowly
@given(RECORDS)
def test_every_made_up_record_is_read_or_refused_without_a_quotation(tree):
    record, refused = attempt(tree)
    if refused is None:
        assert CaseRecord.model_validate_json(record.model_dump_json()) == record
    else:
        assert CANARY not in str(refused)
        assert all("lies before" in problem.what for problem in refused.problems)


@slowly
@given(RECORDS)
def test_what_a_record_establishes_is_always_understood_by_the_vocabulary_and_holds_no_text(tree):
    facts = derived(tree)
    checked = check_facts(facts, VOCABULARY)
    assert CANARY not in repr(facts)
    assert "unknown" not in facts.values()
    assert {name for name, value in checked.items() if value not in ("unknown", None, frozenset())} == set(facts)


@slowly
@given(st.sampled_from(list(CaseRecord.model_fields)), st.data())
def test_each_group_alone_is_understood_by_the_vocabulary(group, data):
    kind = shape(CaseRecord.model_fields[group].annotation).kind
    assume(group != "facts")
    facts = derived({group: data.draw(trees(kind))})
    assert set(facts) <= set(check_facts(facts, VOCABULARY))


@slowly
@given(trees(shape(CaseRecord.model_fields["identity"].annotation).kind))
def test_nobody_is_an_adult_without_a_recorded_ground(identity):
    facts = derived({"identity": identity})
    if facts.get("age_status") == "adult":
        assessed = {assessment["result"] for assessment in identity.get("age_assessments", [])}
        assert "birth_date" in identity or identity.get("age_as_stated") == "over_18" or "adult" in assessed


@slowly
@given(RECORDS)
def test_no_is_said_only_where_somebody_wrote_no_or_something_ended(tree):
    def words(value):
        if isinstance(value, dict):
            return set().union(*(words(inner) for inner in value.values()), value.keys())
        return set().union(*(words(inner) for inner in value)) if isinstance(value, list) else {value}

    if "no" in derived(tree).values():
        assert words(tree) & {"no", "not_safe", "lifted_on", "returned_on"}


OLDER = {"child": 0, "disputed": 1, "adult": 2}


@given(
    DAYS,
    st.integers(0, 4000),
    st.sampled_from(["document", "stated", "estimated"]),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
)
def test_a_later_birth_date_never_makes_a_person_older(born, later, basis, on):
    assume(born + timedelta(later) <= on)
    first, second = (
        derive_facts(read_case(document({"identity": {"birth_date": day.isoformat(), "birth_date_basis": basis}})), on)[
            "age_status"
        ]
        for day in (born, born + timedelta(later))
    )
    assert OLDER[second] <= OLDER[first]


@given(DAYS, st.sampled_from(["document", "stated", "estimated"]), st.integers(0, 2000))
def test_nobody_grows_younger_with_time(born, basis, days):
    record = read_case(document({"identity": {"birth_date": born.isoformat(), "birth_date_basis": basis}}))
    before = max(born, date(2020, 1, 1))
    first, second = (derive_facts(record, on)["age_status"] for on in (before, before + timedelta(days)))
    assert OLDER[first] <= OLDER[second]


ENTRY = st.fixed_dictionaries(
    {
        "purpose": st.just("referral"),
        "state": st.sampled_from(["given", "refused", "withdrawn"]),
        "on": st.dates(date(2025, 1, 1), date(2026, 3, 1)).map(date.isoformat),
    },
    optional={"until": st.dates(date(2026, 3, 1), date(2027, 1, 1)).map(date.isoformat)},
)


@given(st.lists(ENTRY, max_size=6), st.integers(0, 400))
def test_no_consent_appears_that_was_not_given_last_and_none_comes_back_with_time(entries, days):
    record = read_case(document({"consent": {"entries": entries}}))
    now, later = (derive_facts(record, on).get("consent_to_referral") for on in (ON, ON + timedelta(days)))
    if now == "given":
        last = max(entry["on"] for entry in entries)
        assert {entry["state"] for entry in entries if entry["on"] == last} == {"given"}
    assert later == now or (now, later) == ("given", None)


@given(st.dictionaries(st.sampled_from(sorted(VOCABULARY.facts)), st.just(CANARY), max_size=5), RECORDS)
@slowly
def test_a_canary_in_the_group_facts_is_never_quoted(facts, tree):
    _, refused = attempt({**tree, "facts": facts}, lambda record: derive_facts(record, ON))
    assert CANARY not in f"{refused} {refused!r}"


MISTAKES = st.recursive(
    st.just(CANARY),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.just(CANARY), inner, max_size=2),
    max_leaves=4,
)


@slowly
@given(st.sampled_from(list(CaseRecord.model_fields)), st.data())
def test_a_canary_in_any_wrong_place_is_never_quoted(group, data):
    kind = shape(CaseRecord.model_fields[group].annotation).kind
    names = list(kind.model_fields) if group != "facts" else [CANARY, "acts"]
    name = data.draw(st.sampled_from([*names, CANARY]))
    tree = {group: {name: data.draw(MISTAKES)}}
    _, refused = attempt(tree)
    assert CANARY not in f"{refused} {refused!r}"


@slowly
@given(trees(shape(CaseRecord.model_fields["identity"].annotation).kind))
def test_one_more_doubt_never_makes_anybody_an_adult(identity):
    doubt = {"result": "inconclusive"}
    facts = derived({"identity": {**identity, "age_assessments": [*identity.get("age_assessments", []), doubt]}})
    assert facts["age_status"] == "disputed"


def every_part(part, place=()):
    """Walk over all fields, also those that never hold a part."""
    yield place, part
    for name in type(part).model_fields:
        value = getattr(part, name)
        if isinstance(value, Part):
            yield from every_part(value, (*place, name))
        for index, item in enumerate(value if isinstance(value, tuple) else ()):
            if isinstance(item, Part):
                yield from every_part(item, (*place, name, index))


@slowly
@given(RECORDS)
def test_the_walk_over_a_record_leaves_out_no_part(tree):
    record, _ = attempt(tree)
    assume(record is not None)
    assert list(parts(record)) == list(every_part(record))

"""Random rulebooks that share a case, random ledgers and records, and the heads and packages made of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID

from fakes import REPOSITORY
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from small_books import book, rule
from strategies import named, rulebooks, vocabularies, wording

from nrm.audit.canonical import canonical
from nrm.engine.decide import reasons
from nrm.engine.masks import encode, evaluate
from nrm.engine.plan import make_plan
from nrm.engine.program import compile_rulebook
from nrm.referral.consent import Answer
from nrm.referral.contents import contents, pick
from nrm.referral.disclosure import permission
from nrm.referral.header import Header, Recipient
from nrm.referral.plan_text import NEVER
from nrm.rulebook.book import Addition, BookBranch, BookRule, Rulebook, Within
from nrm.rulebook.sentence import Speaker
from nrm.rulebook.vocabulary import GROUPS, Bar, Disclosure, Named
from nrm.textfile import read_file

ON = date(2026, 3, 1)
THEN = datetime(2026, 2, 1, 9, tzinfo=UTC)
HERE, THERE = ("hsds", "here"), ("hsds", "there")
RECIPIENTS, PURPOSES = ("clinic", "lawyer"), ("advice", "care")
SOURCE = "A/RES/76/7 §14"

on_random_books = settings(max_examples=30, suppress_health_check=list(HealthCheck))
"""A random rulebook takes a tenth of a second to draw."""

some_groups = st.lists(st.sampled_from(GROUPS), unique=True)
at_least_one_group = st.lists(st.sampled_from(GROUPS), min_size=1, unique=True)


def planned(book, facts, dispute=None):
    """Decide with the masks alone; that both engines agree is tested elsewhere."""
    program = compile_rulebook(book)
    found = reasons(program, evaluate(program, encode(program, facts)))
    return make_plan(program, ON, found, dispute, frozenset(one.step.index for one in found))


def permitted(plan, words, ledger, code, service=HERE, needs=GROUPS, *, child=False, of_age=None):
    """Ask as for an adult, at a service that needs everything."""
    return permission(plan, words, ledger, code, service, needs, ON, child=child, of_age=of_age)


def answer(purpose, recipient, groups=GROUPS, *, state="given", number=1, **more):
    """One line of the ledger."""
    said = {"id": UUID(int=number), "at": THEN, "by": "self", "wording": "1", "language": "en", **more}
    return Answer(purpose=purpose, recipient=recipient, groups=tuple(groups), state=state, **said)


@st.composite
def answers(draw, services=(None, HERE, THERE), states=("given", "refused", "withdrawn")):
    state = draw(st.sampled_from(states))
    return answer(
        draw(st.sampled_from(PURPOSES)),
        draw(st.sampled_from(RECIPIENTS)),
        draw(at_least_one_group if state == "given" else some_groups),
        state=state,
        id=draw(st.uuids()),
        at=draw(st.datetimes(datetime(2026, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC))),  # noqa: DTZ001
        service=draw(st.sampled_from(services)),
        until=draw(st.none() | st.dates(date(2026, 2, 1), date(2026, 5, 1))) if state == "given" else None,
        by=draw(st.sampled_from(["self", "self", "guardian"])),
    )


@st.composite
def ledgers(draw):
    """A ledger that begins with a yes to most questions, so that not only refusals are tried."""
    asked = [(purpose, recipient) for purpose in PURPOSES for recipient in RECIPIENTS]
    agreed = draw(st.lists(st.sampled_from(asked), unique=True, max_size=4)) or asked
    first = datetime(2025, 12, 1, tzinfo=UTC)
    yes = [answer(*one, draw(at_least_one_group), number=number, at=first) for number, one in enumerate(agreed, 1)]
    return [*yes, *draw(st.lists(answers(), max_size=3))]


def one_share(*then, forbids=None, **changed):
    """Return a book whose one rule gives `share` and what else stands in `then`; `changed` is what `share` says."""
    made = book({"age": ["child"]}, rule("r", then=["disclosure:share", *then]), forbids=forbids)
    share = made.vocabulary.disclosures["share"].model_copy(update=changed)
    return replace(made, vocabulary=replace(made.vocabulary, disclosures={"share": share}))


@st.composite
def _words(draw):
    words = draw(vocabularies())
    regrouped = {
        name: fact.model_copy(update={"group": draw(st.sampled_from(GROUPS))}) for name, fact in words.facts.items()
    }
    disclosures = {}
    for number in range(4):
        duty = draw(st.none() | st.sampled_from(list(words.duties)))
        disclosures[f"share_{number}"] = named(
            Disclosure,
            f"share_{number}",
            recipient=draw(st.sampled_from(RECIPIENTS)),
            purpose=draw(st.sampled_from(PURPOSES)),
            groups=tuple(draw(at_least_one_group)),
            basis="consent" if duty is None else "duty",
            duty=duty,
        )
    return replace(
        words,
        facts=regrouped,
        disclosures=disclosures,
        bars={**words.bars, **{code: named(Bar, code) for code in NEVER}},
        recipients={code: named(Named, code) for code in RECIPIENTS},
        purposes={code: named(Named, code) for code in PURPOSES},
        groups={code: named(Named, code) for code in GROUPS},
    )


@st.composite
def sharing_books(draw):
    """A random rulebook with one rule more, which in every case shares and requires whatever it can."""
    book = draw(rulebooks(draw(_words())))
    words = book.vocabulary
    shares = [Addition("disclosure", code) for code in draw(st.sets(st.sampled_from(list(words.disclosures))))]
    duties = [Addition("duty", code, "caseworker", Within(1, "days")) for code in words.duties]
    always = BookRule(
        name="always",
        topic="random",
        country=None,
        title="always",
        sources=(SOURCE,),
        law=(),
        reading="always",
        owner="random",
        version=date(2026, 1, 1),
        branches=(BookBranch((), wording("always")),),
        then=(*shares, *duties[: draw(st.integers(0, len(duties)))]),
    )
    return Rulebook(None, words, (*book.rules, always) if always.then else book.rules)


@st.composite
def records(draw, words):
    """A record by group, in any shape that JSON text can have; among the facts are words that nobody knows."""
    values = st.text(max_size=8)
    tree = st.dictionaries(values, st.one_of(values, st.lists(values, max_size=3)), max_size=4)
    found = draw(st.dictionaries(st.sampled_from([*GROUPS, "case"]), tree, max_size=12))
    return {**found, "facts": {**found.get("facts", {}), **draw(coded(words.facts))}}


def coded(facts):
    """Facts as a record holds them: words, lists of words, digits; not each of them a word of the vocabulary."""
    some = {}
    for name, fact in facts.items():
        values = st.sampled_from([*getattr(fact, "values", {}), "0", "7", "Ana"])
        some[name] = st.one_of(values, st.lists(values, max_size=3))
    return st.fixed_dictionaries({}, optional=some)


def speaker(words, language="en"):
    return Speaker(language, phrases(language), words)


@cache
def phrases(language):
    return read_file(REPOSITORY / "rules" / "locale" / f"{language}.yaml").data


def head(permission, **more):
    """Return the head of a package that carries what `permission` allows."""
    known = {
        "sender": "nrm.example/log",
        "referral": UUID(int=1),
        "message": UUID(int=2),
        "recipient": Recipient(source="hsds", id="here", kind=permission.recipient, age="age1example"),
        "disclosure": permission.disclosure,
        "purpose": permission.purpose,
        "basis": permission.basis,
        "duty": permission.duty,
        "sources": permission.sources,
        "groups": permission.groups,
        "sent_at": THEN,
        "expires_at": datetime(2026, 3, 8, 12, tzinfo=UTC),
    }
    return Header(**{**known, **more})


def sealed_parts(record):
    return {group: canonical(value) for group, value in record.items()}


def packed(permission, record, words, **more):
    """Return the files of the package that `permission` allows to make of `record`."""
    header = head(permission, **more)
    return contents(header, pick(sealed_parts(record), permission), speaker(words, header.language))

"""The way to every offer: a disclosure under which a service is asked, or a role that arranges it."""

import pytest
from fakes import REAL, REPOSITORY
from sharing import ON, planned
from small_books import book, rule

from nrm.bootstrap import Application
from nrm.engine.facts import check_facts
from nrm.errors import FileRefusedError
from nrm.referral.routes import ROUTES, read_routes
from nrm.rulebook.read import read_examples
from nrm.rulebook.resolve import rulebook_on

TABLE = REPOSITORY / "rules" / "directory" / ROUTES
WORDS = book({"age": ["child"]}, rule("r", then=["offer:bed", "offer:stay", "disclosure:share"])).vocabulary


@pytest.fixture(scope="module")
def files():
    return Application(REAL).files


@pytest.fixture
def read(tmp_path):
    def _read(text):
        path = tmp_path / "directory" / ROUTES
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return read_routes(path, WORDS)

    return _read


def test_each_offer_has_the_way_that_the_table_gives_it(read):
    routes = read("referred_under: {bed: share}\narranged_by: {stay: supervisor}\nauthorities: [lawyer]\n")
    assert (routes.disclosure("bed"), routes.arranged_by("bed")) == ("share", None)
    assert (routes.disclosure("stay"), routes.arranged_by("stay")) == (None, "supervisor")
    assert (routes.disclosure("nothing"), routes.arranged_by("nothing")) == (None, None)
    assert (routes.is_authority("lawyer"), routes.is_authority("nothing")) == (True, False)


def test_all_faults_of_a_table_are_told_at_once_with_their_lines(read):
    with pytest.raises(FileRefusedError) as refused:
        read("referred_under:\n  bed: shar\n  bad: share\narranged_by:\n  bed: superviser\nauthorities: [lawyr]\n")
    assert [str(problem) for problem in refused.value.problems] == [
        (
            f"directory/{ROUTES}: the offer `stay` has no way; write it under `referred_under` with a disclosure, or "
            "under `arranged_by` with a role"
        ),
        f"directory/{ROUTES}:2: there is no disclosure `shar`; did you mean `share`?",
        f"directory/{ROUTES}:3: there is no offer `bad`; did you mean `bed`?",
        f"directory/{ROUTES}:5: the offer `bed` has two ways; keep one of the two",
        f"directory/{ROUTES}:5: there is no role `superviser`; did you mean `supervisor`?",
        f"directory/{ROUTES}:6: there is no recipient `lawyr`; did you mean `lawyer`?",
    ]


@pytest.mark.parametrize("text", ["referred_under: {}\n", "referred_under: []\narranged_by: {}\n", "a: b\n"])
def test_what_is_no_table_is_refused(read, text):
    with pytest.raises(FileRefusedError):
        read(text)


def test_every_offer_of_our_vocabulary_has_one_way(files):
    words = files.vocabulary
    routes = read_routes(TABLE, words)
    for offer in words.offers:
        assert (routes.disclosure(offer) is None) != (routes.arranged_by(offer) is None), offer


def test_every_way_to_a_service_is_open_to_somebody_in_the_examples(files):
    routes, made = read_routes(TABLE, files.vocabulary), rulebook_on(files, ON, None)
    closed = {offer for offer in files.vocabulary.offers if routes.disclosure(offer) is not None}
    for file in read_examples(REAL.rules):
        for example in file.examples:
            if closed & set(example.expect):
                plan = planned(made, check_facts(example.given, files.vocabulary))
                closed -= {one for one in plan.codes("offer") if routes.disclosure(one) in plan.codes("disclosure")}
    assert closed == set()

"""A purpose is a word of the vocabulary: whatever else is sent opens nothing, and stands in no answer and no entry."""

import string

import pytest
from api_office import Service
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from offices import ANA, new_office

from nrm.casework.asked import CASE_MANAGEMENT

# What a client can send at all (RFC 9110 §5.5), and long enough to be found again if it were repeated.
SENT = st.text(string.ascii_letters + string.digits + "_-:/ ", min_size=6, max_size=60).map(str.strip)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    service = Service(new_office(tmp_path_factory.mktemp("office")), reads=10**6)
    return service, service.office.open(ANA).case


@settings(max_examples=40, deadline=None)
@given(purpose=SENT)
def test_what_is_no_purpose_is_refused_and_neither_repeated_nor_logged(kept, purpose):
    service, case = kept
    words = {CASE_MANAGEMENT, *service.office.desk.words().purposes}
    assume(len(purpose) > 5 and purpose not in words)
    before = len(service.office.entries())
    answer = service.as_("caseworker").get(f"/v1/cases/{case}", headers={"Purpose-Of-Use": purpose})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "input_refused")
    assert [one["at"] for one in told["errors"]] == ["header/Purpose-Of-Use"]
    assert f"`{purpose}`" not in answer.text
    assert len(service.office.entries()) == before


def test_each_purpose_of_the_vocabulary_is_taken(kept):
    service, case = kept
    for word in sorted({CASE_MANAGEMENT, *service.office.desk.words().purposes}):
        answer = service.as_("caseworker").get(f"/v1/cases/{case}", headers={"Purpose-Of-Use": word})
        assert answer.status_code in {200, 403}

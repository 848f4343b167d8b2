"""A URL may name several servers; where one of them is far, all must prove who they are."""

import pytest

from nrm.storage.engine import _with_defaults

FAR = "verify-full"


@pytest.mark.parametrize(
    ("url", "mode"),
    {
        "postgresql://nrm@/cases?host=/run/a,/run/b&target_session_attrs=read-write": None,
        "postgresql://nrm@/cases?host=localhost,127.0.0.1": None,
        "postgresql://nrm@/cases?host=/run/a,db.example.org": FAR,
        "postgresql://nrm@/cases?host=localhost,db.example.org": FAR,
        "postgresql://nrm@/cases?host=/run/a&host=db.example.org": FAR,
        "postgresql://nrm@localhost,db.example.org/cases": FAR,
        "postgresql://nrm@a.example.org,b.example.org/cases?sslmode=verify-ca": "verify-ca",
    }.items(),
)
def test_one_far_server_is_enough_to_ask_all_for_proof(url, mode):
    assert _with_defaults(url).query.get("sslmode") == mode

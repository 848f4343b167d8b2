"""The API for programs in Python: one object for one account, methods for the common paths.

    from nrm.client import Client
    with Client("https://nrm.example.org", token, role="caseworker", purpose="case_management") as nrm:
        taken = nrm.cases.take_in({"facts": {"indicators": ["confinement"]}})
        for line in taken["plan"]["offers"]:
            print(line["label"])

What is asked and answered is JSON as `/v1/openapi.json` describes it; `docs/api.md` goes through it.
"""

from nrm.client.answer import Answer
from nrm.client.client import Client
from nrm.client.errors import ClientError, ClientSettingsError, FileDamagedError, ProblemError, UnreachableError

__all__ = [
    "Answer",
    "Client",
    "ClientError",
    "ClientSettingsError",
    "FileDamagedError",
    "ProblemError",
    "UnreachableError",
]

"""`nrm serve` decides by what was approved from the answer of the approval on: the first rulebook, and the next."""

import os
import subprocess
import sys
import time
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime

import fast_keys
import httpx
from api_service import PURPOSE, api_installation, free_port
from published import LATER, OFFICERS, OFFICERS_TOML, paper
from real_installations import app, asked

from nrm.bootstrap_store import open_office
from nrm.casework.accounts import people, tokens
from nrm.casework.accounts.door import Door
from nrm.casework.asked import Asked
from nrm.casework.rulebooks import checking, proposing
from nrm.home import read_home

SERVE = """\
import sys
from functools import partial
import fast_keys
from nrm.cli import unlock
from nrm.cli.main import run
unlock.open_keys = partial(unlock.open_keys, least=fast_keys.FAST)
run(sys.argv[1:])
"""
"""The command as it is, but for the cost of the passphrase."""

CHILD = {"facts": {"signs": ["debt"], "age_status": "child"}}


def opened(home):
    return closing(open_office(home, fast_keys.opened_keys(home.keys), app()))


def officer(office, role, unit):
    """Make the account of an officer; return who asks, and a token."""
    home = office.home
    account = people.create(
        office.desk, asked(home, "administrator"), role, "made up", [role], home.organisation, unit=unit
    )
    who = Asked(account.id, home.organisation, role, unit=unit)
    return who, tokens.make_token(Door(office.desk, home.sign_in, source="cli"), who, "test", 1).token


def proposed(office, author, one):
    made = proposing.propose(office.desk, author, OFFICERS, one.archive, one.text, one.signed("ada"))
    checking.check(office.desk, author, made.row.record)
    return made.row.record


class Asker:
    """Somebody with a token, who asks the service."""

    def __init__(self, url, token):
        self.url, self.headers = url, {"Authorization": f"Bearer {token}", **PURPOSE}

    def __call__(self, method, path, headers=None, **more):
        sent = {**self.headers, **(headers or {})}
        return httpx.request(method, f"{self.url}/v1{path}", headers=sent, timeout=60, trust_env=False, **more)

    def decides(self):
        """Open a case and have it decided; return by which rulebook."""
        return self("POST", "/intakes", json=CHILD).json()["plan"]["rulebook"]

    def approves(self, publication, one):
        where = f"/rulebooks/{publication}"
        seen = {"If-Match": self("GET", where).headers["etag"]}
        answer = self("POST", f"{where}/approve", json={"signature": one.signed("ben")}, headers=seen)
        assert (answer.status_code, answer.json()["state"]) == (200, "approved")


@contextmanager
def serving(home):
    """Run the service until the end of the block; what is given is its URL."""
    port = free_port()
    said = home.folder.parent / "said"
    paths = os.pathsep.join(path for path in sys.path if path)
    words = ["serve", "--home", home.folder, "--passphrase-file", home.folder / "words", "--port", str(port)]
    with said.open("w") as file:
        service = subprocess.Popen(
            [sys.executable, "-c", SERVE, *words], env={**os.environ, "PYTHONPATH": paths}, stdout=file, stderr=file
        )
    try:
        url, until = f"http://127.0.0.1:{port}", time.monotonic() + 60
        while True:
            with suppress(httpx.TransportError):
                if httpx.get(f"{url}/health", timeout=20, trust_env=False).status_code == httpx.codes.OK:
                    break
            assert service.poll() is None, said.read_text()[-2000:]
            assert time.monotonic() < until, said.read_text()[-2000:]
            time.sleep(0.05)
        yield url
    finally:
        service.terminate()
        service.wait(30)


def test_what_was_approved_decides_the_very_next_question(tmp_path):
    home, (worker,) = api_installation(tmp_path / "home", people=1)
    (home.folder / "officers.toml").write_text(OFFICERS_TOML)
    home = read_home(home.folder)
    first = paper()
    second = paper(LATER, from_=datetime.now(tz=UTC).date(), previous=first)
    with opened(home) as office:
        author, _ = officer(office, "rule_author", "law_unit")
        _, approver = officer(office, "rule_approver", "health_unit")
        waiting = [proposed(office, author, one) for one in (first, second)]
    with serving(home) as url:
        worker, approver = Asker(url, worker), Asker(url, approver)
        refused = worker("POST", "/intakes", json=CHILD)
        assert (refused.status_code, refused.json()["code"]) == (503, "no_rulebook")
        by = []
        for publication, one in zip(waiting, (first, second), strict=True):
            approver.approves(publication, one)
            by.append(worker.decides())
        assert by[0] != by[1]
        assert by[1] == worker.decides()

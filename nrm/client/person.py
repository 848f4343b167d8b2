"""The person in their own case, through a link and a PIN; nobody has an account for it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from nrm.client.answer import Answer
from nrm.client.errors import ProblemError
from nrm.client.wire import Wire, place

if TYPE_CHECKING:
    from uuid import UUID


class Person:
    """Methods raise `ProblemError` and `UnreachableError`; `docs/api.md` says what each answers."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def make_link(self, case: UUID | str, language: str, days: int = 7, speaks: str = "person") -> Answer:
        """Make a link, as whoever keeps the case: give `token` and `pin` to the person by two ways."""
        body = {"language": language, "days": days, "speaks": speaks}
        return self._wire.once().send("POST", place("cases", case, "person-links"), body)

    def end_links(self, case: UUID | str) -> None:
        """End every link to a case, and every session that began with one."""
        self._wire.send("DELETE", place("cases", case, "person-links"))

    def open(self, link: str, pin: str) -> Answer:
        """Open a link with its PIN, once; from then on this client asks as the person, and as nobody else."""
        told = self._wire.once().send("POST", place("person", "sessions"), {"link": link, "pin": pin})
        self._wire.http.headers["Authorization"] = f"Bearer {told['token']}"
        return Answer({name: value for name, value in told.items() if name != "token"})

    def leave(self) -> None:
        """End the session."""
        with suppress(ProblemError):  # it may be over already
            self._wire.send("DELETE", place("person", "session"))
        self._wire.http.headers.pop("Authorization", None)

    def plan(self, *, discreet: bool = False) -> Answer:
        """Read the newest plan as a letter in parts; `plan` is None when nothing was decided yet."""
        return self._wire.get(place("person", "plan"), {"discreet": discreet})

    def letter(self, *, discreet: bool = False) -> str:
        """Read the newest plan as text; it is empty when nothing was decided yet."""
        headers = {"Accept": "text/plain"}
        return self._wire.ask("GET", place("person", "plan"), headers, params={"discreet": discreet}).text

    def offers(self) -> list[dict[str, Any]]:
        """Read which help is in the plan, and whether it is wanted."""
        return list(self._wire.get(place("person", "offers"))["items"])

    def choose(self, offer: str, *, wanted: bool) -> Answer:
        """Say whether a kind of help is wanted; every other one stays as it is."""
        return self._wire.send("POST", place("person", "choices"), {"offer": offer, "wanted": wanted})

    def consents(self) -> list[dict[str, Any]]:
        """Read what was said about sharing."""
        return list(self._wire.get(place("person", "consents"))["items"])

    def questions(self) -> list[dict[str, Any]]:
        """Read what consent can be asked for, each with the text that must be read first."""
        return list(self._wire.get(place("person", "consents", "questions"))["items"])

    def say(self, state: str, question: dict[str, Any], **more: Any) -> Answer:  # noqa: ANN401 - as the body takes it
        """Say yes (`given`) or no (`refused`) to one of the `questions`."""
        asked = {name: question[name] for name in ("wording", "language")}
        body = {"state": state, "disclosure": question["disclosure"]["code"], **asked, **more}
        return self._wire.send("POST", place("person", "consents"), body)

    def withdraw(self, disclosure: str) -> Answer:
        """Take a consent back; whoever was told because of it hears that it is over."""
        return self._wire.send("POST", place("person", "consents", "withdraw"), {"disclosure": disclosure})

    def referrals(self) -> list[dict[str, Any]]:
        """Read how far each request for help is."""
        return list(self._wire.get(place("person", "referrals"))["items"])

    def feedback(self, referral: UUID | str, **said: str) -> None:
        """Say how a service was: `met`, `safe`, `remark`."""
        self._wire.send("POST", place("person", "feedback"), {"referral": str(referral), **said})

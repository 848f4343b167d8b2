"""Codes with their words in the caller's language, and services by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from api.views.model import Sent, View
from nrm.directory.service import LONGEST_ID

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from api.call import Call
    from nrm.directory.service import Key
    from nrm.rulebook.sentence import Speaker
    from nrm.rulebook.vocabulary import Named


class WordView(View):
    """A code, and what it is called in the caller's language."""

    code: str = Field(examples=["medical_care"])
    label: str = Field(examples=["Medical care"])


class ServiceNameView(View):
    """A service of the directory; never its place."""

    source: str = Field(examples=["directory"])
    id: str = Field(examples=["clinic"])
    name: str = Field(examples=["Clinic of the north"])


class ServiceKey(Sent):
    """Which service of the directory is meant."""

    source: str = Field(min_length=1, max_length=LONGEST_ID, examples=["directory"])
    id: str = Field(min_length=1, max_length=LONGEST_ID, examples=["clinic"])

    @property
    def key(self) -> Key:
        """The key of the service."""
        return self.source, self.id


def word(words: Mapping[str, Named], code: str, speaker: Speaker) -> WordView:
    """Return a word of the vocabulary; one that the vocabulary of today has lost stands for itself."""
    return WordView(code=code, label=words[code].label.in_(speaker.language) if code in words else code)


def words_of(words: Mapping[str, Named], codes: Iterable[str], speaker: Speaker) -> list[WordView]:
    """Return several words of the vocabulary."""
    return [word(words, code, speaker) for code in codes]


def phrase(kind: str, code: str, speaker: Speaker) -> WordView:
    """Return a word that the program itself knows, such as a state."""
    return WordView(code=code, label=speaker.phrases.get(f"{kind}_{code}", code))


def role(code: str, speaker: Speaker) -> WordView:
    """Return a role of the vocabulary or of the program."""
    known = speaker.words.roles
    return word(known, code, speaker) if code in known else phrase("role", code, speaker)


def service(call: Call, key: Key) -> ServiceNameView:
    """Return a service by name; one that the directory of today has lost has its id for a name."""
    found = call.desk.counter.services.candidate(key)
    return ServiceNameView(source=key[0], id=key[1], name=found.name if found is not None and found.name else key[1])

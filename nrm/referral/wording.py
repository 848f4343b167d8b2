"""Read the wording of consent in `rules/consent/`, and refuse what would be read out incomplete or unfilled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from nrm.errors import FileRefusedError, Problem, nearest
from nrm.models import parse
from nrm.referral.spoken import FILLED, Common, PurposeText, Sentences, Version, Wordings
from nrm.rulebook.vocabulary import GROUPS, Group
from nrm.rulebook.wording import LANGUAGES, Code, Wording
from nrm.textfile import read_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from nrm.rulebook.vocabulary import Vocabulary
    from nrm.textfile import Document, Place

    Fault = tuple[str, Place, str, str]
    """File, place in it, what is wrong, what to do."""

__all__ = ["Wordings", "read_wordings"]

FILES: dict[str, Any] = {
    "common.yaml": Common,
    "groups.yaml": dict[Group, Wording],
    "purposes.yaml": dict[Code, PurposeText],
}
LISTENERS = ("person", "child", "guardian")


def read_wordings(folder: Path, words: Vocabulary) -> Wordings:
    """Read every version in `folder`, which is `rules/consent`.

    The newest version needs a text for each purpose that `words` discloses on consent; an older one may know fewer.

    Raises:
        FileRefusedError: no version, or a file is missing, broken, in a wrong place, incomplete, or names a purpose
            that is not in the vocabulary; all faults are listed.
    """
    reader = _Reader(folder, words)
    versions = reader.read()
    if reader.problems:
        raise FileRefusedError(reader.problems)
    return Wordings({version.common.version: version for version in versions}, words)


@dataclass
class _Reader:
    folder: Path
    words: Vocabulary
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> list[Version]:
        """Return the versions, the oldest first, and leave what is wrong in `problems`."""
        inside = sorted(self.folder.iterdir()) if self.folder.is_dir() else []
        folders = [path for path in inside if path.is_dir() and not path.name.startswith(".")]
        found = [read for path in folders if (read := self._version(path)) is not None]
        self.problems += (self._unread(path) for path in inside if path.is_file() and path.suffix == ".yaml")
        if not folders:
            self.problems.append(Problem(self.folder.name, 0, "there is no version of the wording", "add a folder"))
        found.sort(key=lambda pair: pair[0].from_)
        self.problems += self._same_day(found)
        if found and len(found) == len(folders):  # else the newest one may be among those that could not be read
            self.problems += self._without_text(*found[-1])
        return [version for version, _ in found]

    def _version(self, folder: Path) -> tuple[Version, Document] | None:
        documents: dict[str, Document] = {}
        read: dict[str, Any] = {}
        for name, kind in FILES.items():
            try:
                documents[name] = read_file(folder / name, self._shown(folder / name))
            except FileRefusedError as refused:
                self.problems.extend(refused.problems)
                continue
            read[name] = parse(documents[name], kind, self.problems)
        self.problems += (self._unread(path) for path in sorted(folder.glob("*.yaml")) if path.name not in FILES)
        if len(read) < len(FILES) or None in read.values():
            return None
        version = Version(*(read[name] for name in FILES))
        for faults in (_common_faults(version.common, folder.name), _group_faults(version), self._purposes(version)):
            self.problems += (documents[name].problem(place, what, todo) for name, place, what, todo in faults)
        return version, documents["purposes.yaml"]

    def _purposes(self, version: Version) -> Iterator[Fault]:
        for code, purpose in version.purposes.items():
            if code not in self.words.purposes:
                todo = nearest(code, self.words.purposes)
                yield "purposes.yaml", (code,), f"`{code}` is not a purpose of the vocabulary", todo
            for listener in LISTENERS:
                text = getattr(purpose, listener)
                if text is not None:
                    yield from _brace_faults("purposes.yaml", (code, listener), text, ())

    def _without_text(self, version: Version, document: Document) -> Iterator[Problem]:
        # INVARIANT (nobody is asked without words): what needs consent can be asked for, in every language.
        asked = {one.purpose: code for code, one in self.words.disclosures.items() if one.basis == "consent"}
        for purpose, disclosure in asked.items():
            if purpose not in version.purposes:
                what = f"the purpose `{purpose}` has no text, and `{disclosure}` needs consent for it"
                yield document.problem((), what, f"add `{purpose}`")

    def _same_day(self, found: Iterable[tuple[Version, Document]]) -> Iterator[Problem]:
        first: dict[object, str] = {}
        for version, document in found:
            other = first.setdefault(version.from_, version.common.version)
            if other != version.common.version:
                day = version.from_.isoformat()
                what = f"the version `{version.common.version}` begins on `{day}`, as `{other}` does"
                name = document.file.replace("purposes.yaml", "common.yaml")
                yield Problem(name, 0, what, "give each version a day of its own")

    def _unread(self, path: Path) -> Problem:
        todo = f"a version is a folder with {', '.join(f'`{name}`' for name in FILES)}"
        return Problem(self._shown(path), 0, "nothing reads this file", todo)

    def _shown(self, path: Path) -> str:
        return f"{self.folder.name}/{path.relative_to(self.folder).as_posix()}"


def _common_faults(common: Common, folder: str) -> Iterator[Fault]:
    if common.version != folder:
        what = f"the folder is named `{folder}` and holds the version `{common.version}`"
        yield "common.yaml", ("version",), what, "give both the same name"
    yield from _brace_faults("common.yaml", ("group",), common.group, FILLED["group"])
    for listener in LISTENERS:
        for sentence in Sentences.model_fields:
            text = getattr(getattr(common, listener), sentence)
            yield from _brace_faults("common.yaml", (listener, sentence), text, FILLED.get(sentence, ()))


def _group_faults(version: Version) -> Iterator[Fault]:
    for group in GROUPS:
        if group not in version.groups:
            yield "groups.yaml", (), f"the group `{group}` has no text", f"add `{group}`"
        else:
            yield from _brace_faults("groups.yaml", (group,), version.groups[group], ())


def _brace_faults(file: str, place: Place, text: Wording, wanted: tuple[str, ...]) -> Iterator[Fault]:
    for language in LANGUAGES:
        rest = text.in_(language)
        at = (*place, language)
        for word in wanted:
            if rest.count(f"{{{word}}}") != 1:
                yield file, at, f"`{{{word}}}` must stand in this text once", f"write `{{{word}}}` where it is said"
            rest = rest.replace(f"{{{word}}}", "")
        if "{" in rest or "}" in rest:
            todo = f"only {', '.join(f'`{{{word}}}`' for word in wanted)}" if wanted else "no word in braces"
            yield file, at, "this text has a brace that nothing fills in", f"{todo} may stand here"

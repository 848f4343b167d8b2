"""YAML and JSON read as plain text: every scalar is a string, and every value knows its line.

Policy officers and caseworkers write these files. `no` stays the word no, `2026-01-01` stays text, a key that stands
twice is refused, and so are anchors, aliases and tags, which could make a small file large or a value surprising.
JSON is read by the same reader, because JSON is YAML.

YAML 1.2: https://yaml.org/spec/1.2.2/
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from nrm.errors import FileRefusedError, Problem, reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

Text = str | list["Text"] | dict[str, "Text"]
Place = tuple[str | int, ...]

LARGEST_FILE = 5_000_000
"""Bytes; a longer file is refused before it is parsed."""

DEEPEST_NESTING = 40
"""Levels; deeper nesting is refused, so that no input can exhaust the stack."""

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


@dataclass(frozen=True)
class Document:
    """The text tree of one file, and the line (from 1) on which each of its values and keys stands."""

    file: str
    data: Text
    lines: dict[Place, int] = field(repr=False)

    def line_of(self, place: Place) -> int:
        """Return the line of `place`, or of the nearest enclosing value that has one."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, what: str, todo: str = "") -> Problem:
        """Make a problem that points at `place`."""
        return Problem(self.file, self.line_of(place), what, todo)


def read_file(path: Path, shown_as: str | None = None, *, private: bool = False) -> Document:
    """Read the YAML or JSON file at `path`; errors name it `shown_as` and, when `private`, quote nothing from it.

    Raises:
        FileRefusedError: the file is missing, unreadable, too large, not UTF-8, or not acceptable YAML.
    """
    name = shown_as or str(path)
    with opened(path, name) as stream:
        content = stream.read(LARGEST_FILE + 1)
    return read_bytes(content, name, private=private)


@contextmanager
def opened(path: Path, shown_as: str) -> Iterator[BinaryIO]:
    """Open the file at `path` to be read in the block.

    Raises:
        FileRefusedError: it is missing, a folder, or cannot be read, at once or in the midst of it.
    """
    try:
        with path.open("rb") as stream:
            yield stream
    except IsADirectoryError:
        raise FileRefusedError(Problem(shown_as, 0, "this is a folder, not a file", "name one file")) from None
    except FileNotFoundError:
        raise FileRefusedError(Problem(shown_as, 0, "there is no such file", "check the path")) from None
    except OSError as error:
        reason = reason_of(error)
        raise FileRefusedError(Problem(shown_as, 0, f"the file cannot be read: {reason}", "check its rights")) from None


def read_bytes(content: bytes, file: str, *, private: bool = False, most: int | None = None) -> Document:
    """Read YAML or JSON from bytes; `file` is the name that errors use.

    Raises:
        FileRefusedError: too large, not UTF-8, of more than `most` parts, or not acceptable YAML. Nothing of a
            `private` file is quoted in it, because a case file holds personal data.
    """
    if len(content) > LARGEST_FILE:
        raise FileRefusedError(Problem(file, 0, f"the file is larger than {LARGEST_FILE} bytes", "split it"))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefusedError(Problem(file, line, "the file is not UTF-8 text", "save it as UTF-8")) from None
    builder = _Builder(file, private=private)
    try:
        for number, event in enumerate(_events(_without_pairs(text))):
            if most is not None and number > most:
                raise FileRefusedError(Problem(file, event.start_mark.line + 1, "it has too many parts", "split it"))
            builder.take(event)
    except yaml.YAMLError as error:
        raise FileRefusedError(_broken(error, text, file)) from None
    if builder.problems:
        raise FileRefusedError(builder.problems)
    return Document(file, builder.root, builder.lines)


def _without_pairs(text: str) -> str:
    r"""Spell the JSON escapes of one character above U+FFFF (`\ud83d\ude00`) as YAML does, which knows no pairs.

    Many programs write JSON so, and some names need it. Only files that begin as JSON does are changed.
    """
    return _ESCAPE.sub(_one_escape, text) if text.lstrip().startswith(("{", "[")) else text


_ESCAPE = re.compile(r"\\(?:u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|.)", re.DOTALL)


def _one_escape(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[0]
    character = (bytes.fromhex(match[1]) + bytes.fromhex(match[2])).decode("utf-16-be")
    return f"\\U{ord(character):08x}"


def _events(text: str) -> Iterator[Any]:
    loader = _Loader(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


def _broken(error: yaml.YAMLError, text: str, file: str) -> Problem:
    # The parser's own message may quote the file, so only its fixed part is used.
    mark = getattr(error, "problem_mark", None)
    position = getattr(error, "position", None)
    if mark is not None:
        line = mark.line + 1
    elif isinstance(position, int):
        line = text.count("\n", 0, position) + 1
    else:
        line = 1
    kind = getattr(error, "problem", None)
    why = f": {kind}" if isinstance(kind, str) and kind in _SAFE_CAUSES else ""
    return Problem(file, line, f"the YAML is broken here{why}", "check indentation, quotes, brackets and `: `")


_SAFE_CAUSES = frozenset(
    {
        "did not find expected ',' or ']'",
        "did not find expected ',' or '}'",
        "did not find expected '-' indicator",
        "did not find expected key",
        "did not find expected node content",
        "did not find expected <document start>",
        "mapping values are not allowed in this context",
        "found character that cannot start any token",
        "found unexpected end of stream",
        "could not find expected ':'",
        "block sequence entries are not allowed in this context",
        "found unexpected document indicator",
        "found a tab character that violates indentation",
    }
)


class _Builder:
    """Turns parser events into a text tree, collecting every fault instead of stopping at the first."""

    def __init__(self, file: str, *, private: bool) -> None:
        self.file = file
        self.private = private
        self.root: Text = ""
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self._open: list[tuple[Place, dict[str, Text] | list[Text]]] = []
        self._keys: list[str | None] = []
        self._documents = 0

    def take(self, event: Any) -> None:  # noqa: ANN401 - the parser's events are untyped
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(event, "a second document begins", "keep one document in a file, without `---` inside")
        elif isinstance(event, yaml.AliasEvent):
            self._refuse(event, "an alias (`*…`) is not allowed", "write the value out")
            self._put(event, "")
        elif isinstance(event, yaml.ScalarEvent):
            self._check_plain(event)
            self._put(event, event.value)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._check_plain(event)
            self._enter(event, {} if isinstance(event, yaml.MappingStartEvent) else [])
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._open.pop()
            self._keys.pop()

    def _check_plain(self, event: Any) -> None:  # noqa: ANN401
        if event.anchor is not None:
            self._refuse(event, "an anchor (`&…`) is not allowed", "write the value out")
        if event.tag not in (None, "!"):
            self._refuse(event, "a tag (`!…`) is not allowed", "write plain text")

    def _refuse(self, event: Any, what: str, todo: str) -> None:  # noqa: ANN401
        self.problems.append(Problem(self.file, event.start_mark.line + 1, what, todo))

    def _enter(self, event: Any, container: dict[str, Text] | list[Text]) -> None:  # noqa: ANN401
        if len(self._open) >= DEEPEST_NESTING:
            what = f"values are nested more than {DEEPEST_NESTING} deep"
            raise FileRefusedError(Problem(self.file, event.start_mark.line + 1, what, "write it flatter"))
        place = self._put(event, container)
        self._open.append((place, container))
        self._keys.append(None)

    def _put(self, event: Any, value: Text) -> Place:  # noqa: ANN401
        line = event.start_mark.line + 1
        if not self._open:
            if self._documents == 1:
                self.root = value
                self.lines.setdefault((), line)
            return ()
        above, container = self._open[-1]
        if isinstance(container, list):
            place: Place = (*above, len(container))
            container.append(value)
            self.lines[place] = line
            return place
        key = self._keys[-1]
        if key is None:
            if not isinstance(value, str):
                self._refuse(event, "a key must be one word", "write `key: value`")
                value = f"?{len(container)}"
            elif value in container:
                first = self.lines[(*above, value)]
                key_shown = "this key" if self.private else f"the key `{value}`"
                self._refuse(event, f"{key_shown} stands twice in one place (first on line {first})", "keep one")
            self._keys[-1] = value
            self.lines.setdefault((*above, value), line)
            return (*above, value)
        self._keys[-1] = None
        place = (*above, key)
        container[key] = value
        return place

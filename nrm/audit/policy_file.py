"""Reading a witness policy file: every fault with its line, all at once.

C2SP tlog-policy, https://c2sp.org/tlog-policy. Octets above ASCII are opaque there; they are kept as surrogates
(PEP 383) so that two names are equal exactly when their octets are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from nrm.audit.cosignature import COSIGNATURE_V1, CosignatureVerifier
from nrm.audit.errors import LogError, NoteRefusedError
from nrm.audit.note import ED25519, Verifier, parse_vkey
from nrm.audit.policy import NONE, Group, Policy, TrustedLog, TrustedWitness, shown
from nrm.errors import Problem, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LARGEST_POLICY: Final = 1 << 20
"""Bytes."""

_CONTROL = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_NUMBER = re.compile(r"[1-9][0-9]{0,6}")


class PolicyRefusedError(LogError):
    """A policy file has faults; no checkpoint may be judged by it."""


def parse_policy(data: bytes, file: str = "policy") -> Policy:
    """Read the policy in `data`; errors name `file`.

    Raises:
        PolicyRefusedError: with every fault and its line.
    """
    if len(data) > LARGEST_POLICY:
        raise PolicyRefusedError(
            Problem(file, 0, f"the policy is longer than {LARGEST_POLICY} bytes", "make it shorter")
        )
    reader = _Reader(file)
    lines = data.split(b"\n")
    if lines.pop():
        # A file that was cut off could name another quorum: `quorum X-and-Y` begins as `quorum X` does.
        reader.fault(len(lines) + 1, "the last line has no end", "end it with a new line, or fetch the whole file")
    for number, line in enumerate(lines, start=1):
        reader.take(number, line)
    return reader.finished()


class _Reader:
    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.logs: list[TrustedLog] = []
        self.witnesses: list[TrustedWitness] = []
        self.groups: list[Group] = []
        self.quorum: str | None = None
        self.names: dict[str, int] = {}  # where each name was defined
        self.member_of: dict[str, int] = {}  # where each name was taken into a group
        self.keys: dict[tuple[int, bytes], int] = {}  # where each key was named
        self.kinds: dict[str, Callable[[int, Sequence[str]], None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }

    def fault(self, line: int, what: str, todo: str) -> None:
        self.problems.append(Problem(self.file, line, what, todo))

    def take(self, number: int, line: bytes) -> None:
        if _CONTROL.search(line):
            self.fault(number, "the line holds a control character", "use only text, spaces and tabs")
            return
        words = [word.decode("utf-8", "surrogateescape") for word in re.split(rb"[ \t]+", line.strip(b" \t"))]
        if words == [""] or words[0].startswith("#"):
            return
        if words[0] in self.kinds:
            self.kinds[words[0]](number, words[1:])
        else:
            self.fault(number, f"`{shown(words[0])}` begins no line of a policy", nearest(words[0], self.kinds))

    def finished(self) -> Policy:
        if self.quorum is None and not self.problems:
            self.fault(0, "the policy has no quorum", "add a line `quorum <name>`, or `quorum none`")
        if self.problems:
            raise PolicyRefusedError(self.problems)
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum or NONE)

    def _log(self, line: int, words: Sequence[str]) -> None:
        if len(words) not in (1, 2):
            self.fault(line, "the line is not `log <vkey> [<url>]`", "write it so")
            return
        vkey, *url = words
        if self._new_key(line, vkey, ED25519):
            log = TrustedLog(Verifier(vkey), *url)
            if any(other.verifier.name == log.verifier.name for other in self.logs):
                self.fault(line, "a log of this name stands on an earlier line", "give each log its own origin")
            self.logs.append(log)

    def _witness(self, line: int, words: Sequence[str]) -> None:
        if len(words) not in (2, 3):
            self.fault(line, "the line is not `witness <name> <vkey> [<url>]`", "write it so")
            return
        name, vkey, *url = words
        self._define(line, name)
        if self._new_key(line, vkey, COSIGNATURE_V1):
            self.witnesses.append(TrustedWitness(name, CosignatureVerifier(vkey), *url))

    def _group(self, line: int, words: Sequence[str]) -> None:
        name, count, *members = words if len(words) > 1 else ("", "")
        if not members:
            self.fault(line, "the line is not `group <name> all|any|<number> <name>...`", "write it so")
            return
        for member in members:
            self._known(line, member)
            if member in self.member_of:
                what = f"`{shown(member)}` is in a group already, on line {self.member_of[member]}"
                self.fault(line, what, "let each witness count once")
            self.member_of[member] = line
        self._define(line, name)
        least = {"all": len(members), "any": 1}.get(count) or int(count if _NUMBER.fullmatch(count) else 0)
        if 1 <= least <= len(members):
            self.groups.append(Group(name, least, tuple(members)))
        else:
            self.fault(line, f"`{shown(count)}` is not how many must cosign", f"write all, any, or 1 to {len(members)}")

    def _quorum(self, line: int, words: Sequence[str]) -> None:
        if len(words) != 1:
            self.fault(line, "the line is not `quorum <name>`", "write it so")
            return
        if self.quorum is not None:
            self.fault(line, "a quorum stands on an earlier line", "keep one")
        if words[0] != NONE:
            self._known(line, words[0])
        self.quorum = words[0]

    def _define(self, line: int, name: str) -> None:
        if name == NONE:
            self.fault(line, f"`{NONE}` has a meaning of its own", "take another name")
        elif name in self.names:
            self.fault(line, f"`{shown(name)}` stands on line {self.names[name]} already", "take another name")
        else:
            self.names[name] = line

    def _known(self, line: int, name: str) -> None:
        if name not in self.names:
            earlier = [shown(known) for known in self.names]
            self.fault(line, f"`{shown(name)}` is not defined on an earlier line", nearest(shown(name), earlier))

    def _new_key(self, line: int, vkey: str, kind: int) -> bool:
        try:
            _, _, public = parse_vkey(vkey, kind)
        except UnicodeEncodeError:
            self.fault(line, "the key's name is not UTF-8", "ask for the key text again")
            return False
        except NoteRefusedError as refused:
            for problem in refused.problems:
                self.fault(line, problem.what, problem.todo)
            return False
        if (kind, public) in self.keys:
            what = f"the same public key stands on line {self.keys[kind, public]}"
            self.fault(line, what, "name each key once; another name does not make it another key")
            return False
        self.keys[kind, public] = line
        return True

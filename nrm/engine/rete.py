"""The second reading: the same rulebook as a Rete network of durable-rules, driven in C directly.

It chains forward by itself: a finding is asserted as a fact of its own, and rules that read findings join it with the
case. What masks and network agree on was found twice, by programs that share no code (dissimilar redundancy,
DESIGN §2).

durable-rules 2.0.28, https://github.com/jruizgit/rules. Its C engine parses JSON, so only vocabulary codes and small
numbers are given to it, never free text. Facts whose hashes collide are reported as already observed; each decision
therefore has a session of its own, and one that fails is tried again in a fresh session.
"""

from __future__ import annotations

import contextlib
import json
from collections import deque
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

import durable_rules_engine

from nrm.engine.masks import indexes
from nrm.engine.network import Section, case_parts, sections
from nrm.errors import EngineError, Problem

if TYPE_CHECKING:
    from nrm.engine.facts import Facts
    from nrm.engine.program import Program

TRIES = 3
"""Fresh sessions that a decision may use before it is given up."""

_LET_A_PERSON_LOOK = "keep what the masks found and let a person look"

_ACCEPTED = frozenset({0, 1, 3})
"""The C engine's answers to a fact: matched something, matched nothing, still deferred. 2 means "observed before"."""

_names = count()


class CEngine(Protocol):
    """The functions of the C engine that we call; a test puts a faulty one in its place."""

    error: type[Exception]

    def create_ruleset(self, name: str, definition: str) -> int:
        """Load a network and return its handle."""

    def delete_ruleset(self, handle: int) -> None:
        """Unload a network."""

    def assert_fact(self, handle: int, fact: str) -> tuple[int, int]:
        """Give a fact to a session; return how it was received, and the session's place."""

    def start_action_for_state(self, handle: int, state: int) -> tuple[str, str] | None:
        """Return the session and the first rule that applies, or None."""

    def complete_and_start_action(self, handle: int, state: int) -> str | None:
        """Return the next rule that applies, or None."""

    def delete_state(self, handle: int, session: str) -> None:
        """Delete a session and all that it holds."""


class Rete:
    """A program loaded into the C engine. Safe to share between threads: one decision runs at a time.

    When the C engine refuses the program, `refused` is set and every evaluation fails: the masks still protect.
    """

    def __init__(self, program: Program, c_engine: CEngine | None = None) -> None:
        self.program = program
        self._c: Any = c_engine or durable_rules_engine
        self._lock = Lock()
        self._sessions = count()
        self.refused = False
        self._parts: list[tuple[Section, int]] = []
        partial: dict[str, str] = {}
        try:
            for section in sections(program):
                self._parts.append((section, self._load(section)))
                partial.update(section.partial)
        except self._c.error:
            self.close()
            self.refused = True
        self._means = {
            name: (sum(1 << index for index in set(steps)), _found(program, steps, partial.get(name)))
            for section, _ in self._parts
            for name, steps in section.steps.items()
        }
        self._readers = {
            finding: [handle for section, handle in self._parts if finding in section.findings]
            for finding in (*program.rulebook.vocabulary.findings, *partial.values())
        }

    def evaluate(self, facts: Facts) -> frozenset[int]:
        """Return the indexes of the steps that apply to `facts`; raises what `steps` raises."""
        return frozenset(indexes(self.steps(facts)))

    def steps(self, facts: Facts) -> int:
        """Return one bit for each step that applies to `facts`.

        Raises:
            EngineError: the C engine refused the rulebook, or failed in every session that was tried.
        """
        if self.refused:
            raise EngineError(Problem("engine", 0, "the second engine refused the rulebook", _LET_A_PERSON_LOOK))
        parts = case_parts(self.program, facts)
        messages = [
            (handle, ",".join(['"case":1', *(parts[read] for read in section.properties if read in parts)]))
            for section, handle in self._parts
        ]
        with self._lock:
            for _ in range(TRIES):
                session = _Session(self._c, str(next(self._sessions)))
                try:
                    return self._decide(session, messages)
                except (self._c.error, _StrangeAnswerError):
                    continue
                finally:
                    session.forget()
        raise EngineError(Problem("engine", 0, f"the second engine failed {TRIES} times", _LET_A_PERSON_LOOK))

    def close(self) -> None:
        """Give the network's memory back; the object is of no use afterwards."""
        for _, handle in self._parts:
            self._c.delete_ruleset(handle)
        self._parts = []

    def _load(self, section: Section) -> int:
        handle: int = self._c.create_ruleset(f"nrm{next(_names)}", json.dumps(section.rules))
        return handle

    def _decide(self, session: _Session, messages: list[tuple[int, str]]) -> int:
        applied = 0
        found: set[str] = set()
        waiting = deque(messages)  # every section sees the case before any finding
        while waiting:
            handle, message = waiting.popleft()
            for name in session.assert_fact(handle, message):
                if name not in self._means:
                    raise _StrangeAnswerError
                steps, findings = self._means[name]
                applied |= steps
                for finding in findings:
                    if finding not in found:  # several alternatives of one step may hold
                        found.add(finding)
                        waiting.extend((reader, f'"finding":"{finding}"') for reader in self._readers[finding])
        return applied


def _found(program: Program, steps: tuple[int, ...], partial: str | None) -> tuple[str, ...]:
    """Return what a network rule finds: the findings of its steps, or the partial result that it stands for."""
    findings = {a.code for index in steps for a in program.steps[index].rule.then if a.kind == "finding"}
    return tuple(sorted(findings | ({partial} if partial else set())))


class _Session:
    """One decision in the C engine, over all sections."""

    def __init__(self, c_engine: Any, name: str) -> None:  # noqa: ANN401 - an untyped C module
        self._c = c_engine
        self._name = name
        self._facts = 0
        self._acted: set[int] = set()

    def assert_fact(self, handle: int, message: str) -> list[str]:
        """Assert one fact in one section and return the names of the network rules that it makes apply."""
        self._facts += 1
        fact = f'{{"sid":"{self._name}","id":"{self._facts}",{message}}}'
        answer, state = self._c.assert_fact(handle, fact)
        if answer not in _ACCEPTED:
            raise _StrangeAnswerError  # above all "observed before": two facts of one session have the same hash
        started = self._c.start_action_for_state(handle, state)
        fired: list[str] = []
        action = started[1] if started else None
        while action:
            self._acted.add(handle)
            # An action reads `{"<name>":{…}}`; only its name is of interest.
            fired.append(action[2:].partition('"')[0])
            action = self._c.complete_and_start_action(handle, state)
        return fired

    def forget(self) -> None:
        """Delete the session from every section, so that nothing of a person stays in the C engine.

        INVARIANT (no session is deleted before it acted): see `nrm.engine.network.ANCHOR`. A section that failed before
        its first action keeps a session of coded facts until the process ends; deleting it would crash the process.
        """
        for handle in self._acted:
            with contextlib.suppress(self._c.error):
                self._c.delete_state(handle, self._name)


class _StrangeAnswerError(Exception):
    """The C engine answered what it cannot answer to a new fact, or named a rule that it was not given."""

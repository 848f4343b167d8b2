"""How the difference between two rulebooks is shown: as text for officers and as JSON for programs."""

from __future__ import annotations

from dataclasses import fields, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.table import Table

from nrm.cli.output import Printer
from nrm.rulebook.changes import told
from nrm.rulebook.digest import digest
from nrm.rulebook.vocabulary import UNKNOWN, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nrm.cli.diff import Diff, End
    from nrm.engine.facts import Facts, FactValue
    from nrm.engine.program import Slot
    from nrm.population.impact import Affected, Impact, LineImpact
    from nrm.proof.compare import Difference, Direction
    from nrm.rulebook.changes import RuleChange
    from nrm.rulebook.sentence import Speaker
    from nrm.statistics.protect import ProtectedTable, Shown

_DIRECTIONS: tuple[Direction, ...] = ("gained", "sooner", "later", "otherwise", "lost", "not decided")

_COLOURS = {"-": "red", "+": "green", " ": "dim"}


def known(facts: Facts | None) -> dict[str, list[str]]:
    """Return what is known of a case: each fact with its values, nothing that is unknown or not observed."""
    each = {name: _values(value) for name, value in (facts or {}).items()}
    return {name: values for name, values in each.items() if values not in ([], [UNKNOWN])}


def _values(value: FactValue) -> list[str]:
    if isinstance(value, frozenset):
        return sorted(value)
    return [UNKNOWN if value is None else str(value)]


def _speakers(diff: Diff, new: Speaker) -> tuple[Speaker, Speaker]:
    """Return who says the old rules, in the phrases of today, and who knows the words of both rulebooks."""
    old = replace(new, words=diff.old.book.vocabulary)
    kinds = {
        part.name: {**getattr(old.words, part.name), **getattr(new.words, part.name)} for part in fields(new.words)
    }
    return old, replace(new, words=replace(Vocabulary(**kinds), facts=diff.facts))


class DiffView:
    """Shows a difference to an officer, in the words of the new rulebook and, for what is gone, of the old one."""

    def __init__(self, diff: Diff, speaker: Speaker) -> None:
        self._diff = diff
        self._new = speaker
        self._old, self._both = _speakers(diff, speaker)
        self._out = Printer(speaker.language)

    def show(self, outcome: str | None = None) -> None:
        """Print all of it, or only for whom it is another; of one outcome with all that may be told of them."""
        diff, phrase = self._diff, self._new.phrase
        if outcome is None:
            for change in diff.rules:
                self._show_rule(change)
            self._show_names("diff_words", ((one.code, one.change, one) for one in diff.words))
            self._show_names("diff_guarantees", ((name, change, None) for name, change in diff.guarantees.items()))
        if not (diff.rules or diff.words or diff.guarantees):
            self._out.line(phrase("diff_nothing"))
            return
        self._show_people(diff.lines)
        if diff.impact is not None:
            self._show_impact(diff.impact, by_line=outcome is not None)
        self._out.line()
        for end in (diff.old, diff.new):
            self._out.line(f"{end.app.settings.rules} · {end.on.isoformat()} · {digest(end.book)[:16]}", "dim")

    def _show_rule(self, change: RuleChange) -> None:
        out = self._out
        out.line(self._new.phrase(f"diff_{change.change}", rule=f"{change.rule.name} – {change.rule.title}"), "bold")
        for mark, line in told(change, self._old, self._new):
            out.line(f"{mark} {line}", _COLOURS[mark], 2)
        out.line()

    def _show_names(self, heading: str, changes: Iterable[tuple[str, str, Any]]) -> None:
        found = list(changes)
        if found:
            self._out.line(self._new.phrase(heading), "bold")
        for name, change, word in found:
            parts = [f"+{part}" for part in word.gained] + [f"-{part}" for part in word.lost] if word else []
            shown = f"{name} ({', '.join(parts)})" if parts else name
            self._out.line(self._new.phrase(f"diff_word_{change}", word=shown), indent=2)
        if found:
            self._out.line()

    def _show_people(self, people: tuple[Difference, ...]) -> None:
        out, phrase = self._out, self._new.phrase
        out.line(phrase("diff_people"), "bold")
        if not people:
            out.line(phrase("diff_nobody"), indent=2)
        # Lines that the same person shows stand together, in the order in which that person first came.
        order = {key: place for place, key in reversed(list(enumerate(map(_person, people))))}
        by_person = sorted(people, key=lambda one: (order[_person(one)], _DIRECTIONS.index(one.direction)))
        for _, same in groupby(by_person, key=_person):
            found = list(same)
            out.line()
            if found[0].facts is not None:
                self._show_person(found[0].facts)
            for direction, lines in groupby(found, key=lambda one: one.direction):
                out.line(phrase(f"diff_{direction.replace(' ', '_')}"), "bold", 4)
                for one in lines:
                    out.line(f"• {self._label(one.slot)}", indent=6)
                    if one.rules:
                        out.line(phrase("proof_rules", rules=", ".join(one.rules)), "dim", 8)

    def _show_person(self, facts: Facts) -> None:
        out, speaker = self._out, self._both
        if not known(facts):
            out.line(speaker.phrase("proof_nothing_known"), indent=2)
        for name, values in known(facts).items():
            labels = ", ".join(speaker.value(name, value) for value in values)
            out.line(speaker.phrase("fact_is", fact=speaker.fact(name), values=labels), indent=2)

    def _label(self, slot: Slot) -> str:
        kind, code, by = slot
        speaker = self._both
        role = f", {speaker.words.roles[by].label.in_(speaker.language)}" if by is not None else ""
        return f"{speaker.label(code)} ({speaker.phrase(f'kind_{kind}')}{role})"

    def _show_impact(self, impact: Impact, *, by_line: bool) -> None:
        out, phrase = self._out, self._new.phrase
        out.line()
        out.line(phrase("diff_impact", people=_said(self._diff.people or 0)), "bold")
        if not by_line:
            self._show_counts("", impact.gain, impact.lose)
            table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
            for heading in ("", phrase("diff_gains"), phrase("diff_loses")):
                table.add_column(out.directed(heading), overflow="fold", justify="right" if heading else "left")
            for one in impact.lines:
                table.add_row(out.directed(self._label(one.line)), _said(one.gain.total), _said(one.lose.total))
            out.console.print(table)
        for one in impact.lines if by_line else ():
            self._show_counts(self._label(one.line), one.gain, one.lose)
        out.line(phrase("diff_protected"), "dim")

    def _show_counts(self, title: str, gain: Affected, lose: Affected) -> None:
        out, speaker = self._out, self._both
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for heading in (title, speaker.phrase("diff_gains"), speaker.phrase("diff_loses")):
            table.add_column(out.directed(heading), overflow="fold", justify="right" if table.columns else "left")
        table.add_row(out.directed(speaker.phrase("diff_all")), _said(gain.total), _said(lose.total), style="bold")
        for fact, gaining in gain.by.items():
            table.add_row(out.directed(speaker.fact(fact)), "", "", style="dim")
            for value, shown in gaining.cells.items():
                label = f"  {speaker.value(fact, value)}"
                table.add_row(out.directed(label), _said(shown), _said(lose.by[fact].cells[value]))
        out.console.print(table)
        out.line()


def _person(one: Difference) -> str | None:
    return None if one.facts is None else str(known(one.facts))


def _said(shown: Shown) -> str:
    return f"{shown:,}" if isinstance(shown, int) else shown


def as_plain(diff: Diff) -> dict[str, Any]:
    """Return the difference as JSON can hold it, its sentences in English; a line that is not decided has no case."""
    new = diff.new.app.speaker("en")
    old, _ = _speakers(diff, new)
    return {
        "old": _end(diff.old),
        "new": _end(diff.new),
        "rules": [
            {
                "rule": one.rule.name,
                "change": one.change,
                "lines": [{"mark": mark, "text": text} for mark, text in told(one, old, new)],
            }
            for one in diff.rules
        ],
        "words": [
            {"code": one.code, "change": one.change, "gained": list(one.gained), "lost": list(one.lost)}
            for one in diff.words
        ],
        "guarantees": [{"guarantee": name, "change": change} for name, change in diff.guarantees.items()],
        "lines": [
            {
                **_line(one.slot),
                "direction": one.direction,
                "case": None if one.facts is None else known(one.facts),
                "rules": list(one.rules),
            }
            for one in diff.lines
        ],
        "impact": diff.impact and _impact(diff.impact, diff.people),
    }


def _end(end: End) -> dict[str, str]:
    return {"rules": str(end.app.settings.rules), "on": end.on.isoformat(), "digest": digest(end.book)}


def _line(slot: Slot) -> dict[str, str | None]:
    kind, code, by = slot
    return {"kind": kind, "code": code, "by": by}


def _impact(impact: Impact, people: Shown | None) -> dict[str, Any]:
    return {
        "people": people,
        "gain": _affected(impact.gain),
        "lose": _affected(impact.lose),
        "lines": [_line_impact(one) for one in impact.lines],
    }


def _line_impact(one: LineImpact) -> dict[str, Any]:
    return {**_line(one.line), "gain": _affected(one.gain), "lose": _affected(one.lose)}


def _affected(affected: Affected) -> dict[str, Any]:
    tables: Mapping[str, ProtectedTable] = affected.by
    return {"total": affected.total, "by": {fact: dict(table.cells) for fact, table in tables.items()}}

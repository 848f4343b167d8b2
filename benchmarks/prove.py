"""Measure how long all guarantees take to prove over our own rulebook, and how that grows with the number of rules.

Every proof stands in a process of its own, so that the solver remembers nothing, and does what `nrm rules prove` does
after reading the files, on one core.
"""

from __future__ import annotations

import json
import multiprocessing
import platform
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path  # noqa: TC003 - typer reads it at run time
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from benchmarks.enlarged import asked_of, of_size
from benchmarks.rulebooks import ON, ROOT
from nrm.proof.files import read_guarantees
from nrm.proof.guarantee import FORMS
from nrm.proof.resolve import theory_on
from nrm.proof.solver import SOLVER, Prover
from nrm.rulebook.read import read_files
from nrm.rulebook.resolve import rulebook_on

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from nrm.proof.guarantee import GuaranteeVersion

LEAST_RULES = 20
MOST_SECONDS = 10
"""The goal for all guarantees over a real rulebook, from compiling to the last verdict."""
COMPILED, FORMULAS = "compiling", "building formulas"

_err = Console(stderr=True, highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Run:
    """One proof of all guarantees: `seconds` are of processor time, of each part in turn; `elapsed` is all of them."""

    place: str
    rules: int
    asked: int
    proved: int
    seconds: Mapping[str, float]
    elapsed: float

    @property
    def total(self) -> float:
        """All seconds of processor time."""
        return sum(self.seconds.values())


def main(
    rules: Annotated[str, typer.Option(help="Sizes besides our own rulebook; empty for none.")] = "60,250,500,1000",
    rounds: Annotated[int, typer.Option(min=1, help="How often each is proved; the least counts.")] = 3,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write every round to this file.")] = None,
) -> None:
    """Measure, and print Markdown for docs/performance.md; the exit code is 1 when something was not proved."""
    own: list[tuple[str | None, int | None]] = [(None, None)]
    own += [(country, None) for country in read_files(ROOT / "rules", ROOT / "seeds").countries()]
    wanted = [*own, *((None, size) for size in _sizes(rules))]
    runs = [repeated(country, size, rounds) for country, size in wanted]
    least = [min(same, key=lambda run: run.total) for same in runs]
    base, real = least[0], least[: len(own)]
    typer.echo(markdown(real, sorted([base, *least[len(own) :]], key=lambda run: run.rules)), nl=False)
    if json_file is not None:
        json_file.write_text(json.dumps([[asdict(run) for run in same] for same in runs], indent=1) + "\n", "utf-8")
    if any(run.proved < run.asked for run in least):
        _err.print("[bold red]not everything was proved, so the times are not those of proofs[/]")
        raise typer.Exit(1)


def _sizes(rules: str) -> list[int]:
    sizes = [size.strip() for size in rules.split(",") if size.strip()]
    if not all(size.isascii() and size.isdigit() and int(size) >= LEAST_RULES for size in sizes):
        raise typer.BadParameter(f"write numbers of rules from {LEAST_RULES}, as in 60,600", param_hint="--rules")
    return sorted({int(size) for size in sizes})


def repeated(country: str | None, size: int | None, rounds: int) -> list[Run]:
    """Measure `rounds` times, each in a new process, with progress on a terminal."""
    fresh = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), max_tasks_per_child=1)
    with fresh, _err.status("") as status:
        runs = []
        for number in range(rounds):
            status.update(f"{_name(country, size)}: round {number + 1} of {rounds}")
            runs.append(fresh.submit(measure, country, size).result())
    return runs


def _name(country: str | None, size: int | None) -> str:
    return f"{size:,} rules" if size else country or "base"


def measure(country: str | None, size: int | None) -> Run:
    """Prove all guarantees once over the rulebook of `country`, or over the base with `size` rules."""
    files = read_files(ROOT / "rules", ROOT / "seeds")
    guarantees = read_guarantees(ROOT / "rules", files)
    rulebook = rulebook_on(files, ON, country)
    if size is not None:
        rulebook = of_size(rulebook, size)
        guarantees = asked_of(rulebook, guarantees)
    seconds = dict.fromkeys((COMPILED, FORMULAS, *FORMS), 0.0)
    started, worked = perf_counter(), process_time()
    theory = theory_on(guarantees, files, rulebook, ON)
    seconds[COMPILED], worked = process_time() - worked, process_time()
    prover = Prover(theory.program)
    for formula in (prover.one, prover.other):
        assert formula.axiom is not None
    seconds[FORMULAS] = process_time() - worked
    proved = 0
    for resolved in theory.resolved:
        worked = process_time()
        proved += prover.prove(resolved.claim).verdict == "proved"
        seconds[_form(resolved.version)] += process_time() - worked
    elapsed = perf_counter() - started
    return Run(_name(country, size), len(rulebook.rules), len(theory.resolved), proved, seconds, elapsed)


def _form(version: GuaranteeVersion) -> str:
    return next(form for form in FORMS if getattr(version, form) is not None)


def markdown(real: Sequence[Run], growing: Sequence[Run]) -> str:
    """Return what was measured as it stands in docs/performance.md; `growing` goes from few rules to many."""
    machine = f"{platform.python_implementation()} {platform.python_version()}, {platform.system()}"
    parts = [f"{machine} {platform.machine()}, {SOLVER}, one core.", "\n".join(goals(real))]
    parts += ["### Growth: seconds of processor time", "\n".join(growth(growing))]
    return "\n\n".join(parts) + "\n"


def goals(real: Sequence[Run]) -> Iterator[str]:
    """Yield how far the goal is met for each real rulebook."""
    for run in real:
        met = "met" if run.elapsed <= MOST_SECONDS else "MISSED"
        yield (
            f"- {run.place} ({run.rules:,} rules): {run.proved} of {run.asked} guarantees proved in {run.elapsed:.1f} "
            f"seconds (goal: at most {MOST_SECONDS} on two cores, {met})"
        )


def growth(runs: Sequence[Run]) -> Iterator[str]:
    """Yield the rows that show what more rules cost; the last column compares those of which the same was asked."""
    last = runs[-1]
    first = next(run for run in runs if run.asked == last.asked)
    heads = ("", *(f"{run.rules:,} rules" for run in runs), f"{last.rules / first.rules:.1f} times the rules")
    yield f"| {' | '.join(heads)} |"
    yield "| --- |" + " ---: |" * (len(heads) - 1)
    yield "| proved | " + " | ".join(f"{run.proved} of {run.asked}" for run in runs) + " | |"
    for part in last.seconds:
        yield _row(part, [run.seconds[part] for run in runs], last.seconds[part] / (first.seconds[part] or 1))
    yield _row("all", [run.total for run in runs], last.total / first.total)


def _row(name: str, seconds: Sequence[float], times: float) -> str:
    told = f"{times:.1f} times" if seconds[-1] >= 0.01 else "–"  # noqa: PLR2004 - less is told as 0.00 seconds
    return f"| {name} | " + " | ".join(f"{one:.2f}" for one in seconds) + f" | {told} |"


if __name__ == "__main__":
    typer.run(main)

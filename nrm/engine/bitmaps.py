"""The third reading: the rulebook over a whole population, with one bitmap over all people for each bit of a case.

Where a case is a number whose bits are atoms, a population is a table turned on its side: for each atom the set of the
people for whom it holds, one bit for each person, 64 of them in a word. One AND of two words decides 64 people.
It answers like `nrm.engine.masks` and `nrm.engine.plan` for every single one of them, for simulation and statistics;
reasons are not gathered, and no live decision is made with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from nrm.engine.circuit import circuit_of
from nrm.engine.masks import encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from nrm.engine.circuit import Circuit
    from nrm.engine.facts import Facts
    from nrm.engine.program import Atom, Program

Bitmap = npt.NDArray[np.uint64]
"""One bit for each person, the first in the lowest bit of the first byte; bits after the last person are 0."""

WORD = 64
"""People in one word of a bitmap."""

CHUNK = 8192
"""Words that one gate works on at a time: 64 KiB, so that what gates hand to each other stays in the cache."""

BLOCK = 16_384
"""Words of each population that `in_blocks` yields: about a million people, whose answers take some 20 MB."""

_GATES = {"and": np.bitwise_and, "or": np.bitwise_or}


@dataclass(frozen=True)
class Population:
    """`people` people, and for each atom those for whom it holds; an atom that is missing holds for nobody.

    INVARIANT (no ghosts): a bitmap has no bit after the last person.
    """

    people: int
    bitmaps: Mapping[Atom, Bitmap]

    def __post_init__(self) -> None:
        size = words(self.people)
        assert all(len(bitmap) == size for bitmap in self.bitmaps.values()), "a bitmap has not one bit for each person"


@dataclass(frozen=True)
class Answers:
    """What the rulebook says about everybody.

    `steps` goes by the index of the step: to whom it applied. `lines` goes by the place of the slot: in whose plan the
    line stands. `withheld` too: from whose plan a bar holds it back; slots that no bar can forbid are missing there.
    Bitmaps may be shared between them, so none of them can be written to.
    """

    people: int
    steps: tuple[Bitmap, ...]
    lines: Mapping[int, Bitmap]
    withheld: Mapping[int, Bitmap]


def evaluate_all(program: Program, population: Population) -> Answers:
    """Return the answers of `program` for everybody; `Bitmaps` does the same for many populations."""
    return Bitmaps(program).evaluate(population)


class Bitmaps:
    """A program made ready once, for any number of populations."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.circuit: Circuit = circuit_of(program)
        circuit = self.circuit
        made = {gate.value for gate in circuit.gates}
        self._asked = made & {*circuit.steps, *circuit.lines.values(), *circuit.withheld.values()}
        self._passing = made - self._asked

    def evaluate(self, population: Population) -> Answers:
        """Return the answers for everybody in `population`.

        Values that somebody asks for get a bitmap over all people. Those that only pass from gate to gate get room for
        one chunk, which stays in the cache and is used again for the next chunk.
        """
        circuit = self.circuit
        size = words(population.people)
        whole = self._atoms(population, size)
        whole[circuit.everyone] = everyone(population.people)
        whole[circuit.nobody] = np.zeros(size, np.uint64)
        whole.update(zip(sorted(self._asked), np.empty((len(self._asked), size), np.uint64), strict=True))
        passing = dict(zip(sorted(self._passing), np.empty((len(self._passing), CHUNK), np.uint64), strict=True))
        for start, end in pairwise([*range(0, size, CHUNK), size]):
            chunk = {value: bitmap[start:end] for value, bitmap in whole.items()}
            chunk.update((value, bitmap[: end - start]) for value, bitmap in passing.items())
            self._run(chunk)
        for bitmap in whole.values():
            bitmap.flags.writeable = False
        return Answers(
            people=population.people,
            steps=tuple(whole[value] for value in circuit.steps),
            lines={place: whole[value] for place, value in circuit.lines.items()},
            withheld={place: whole[value] for place, value in circuit.withheld.items()},
        )

    def _atoms(self, population: Population, size: int) -> dict[int, Bitmap]:
        nobody = np.zeros(size, np.uint64)
        given = (population.bitmaps.get(atom, nobody) for atom in self.program.atoms)
        # A view of our own: the caller's bitmaps stay as writeable as they were.
        return {place: bitmap.view() for place, bitmap in enumerate(given)}

    def _run(self, chunk: Mapping[int, Bitmap]) -> None:
        for operator, left, right, value in self.circuit.gates:
            out = chunk[value]
            if operator == "and_not":
                # Not the complement: it would make ghosts of the bits after the last person.
                np.bitwise_and(chunk[left], chunk[right], out)
                np.bitwise_xor(chunk[left], out, out)
            else:
                _GATES[operator](chunk[left], chunk[right], out)


def in_blocks(population: Population) -> Iterator[Population]:
    """Yield the population in blocks of about a million people, in their order, without copying.

    Whoever only counts should evaluate block by block: the answers about ten million people at once take 200 MB, and
    a system whose memory is in use needs longer to find them than we need to fill them.
    """
    for start in range(0, words(population.people), BLOCK):
        people = min(population.people - start * WORD, BLOCK * WORD)
        yield Population(people, {atom: bitmap[start : start + BLOCK] for atom, bitmap in population.bitmaps.items()})


def population_of(program: Program, cases: Iterable[Facts]) -> Population:
    """Return the population of `cases`, encoded one by one; `nrm.population` makes large ones in columns."""
    width = (len(program.atoms) + 7) // 8
    encoded = [(encode(program, facts) & program.low).to_bytes(width, "little") for facts in cases]
    table = np.frombuffer(b"".join(encoded), np.uint8).reshape(len(encoded), width)
    bits = np.unpackbits(table, axis=1, bitorder="little").astype(bool)
    return Population(len(encoded), {atom: pack(bits[:, place]) for place, atom in enumerate(program.atoms)})


def words(people: int) -> int:
    """Return how many words a bitmap of `people` people has."""
    return -(-people // WORD)


def everyone(people: int) -> Bitmap:
    """Return the bitmap of all people."""
    return pack(np.ones(people, np.bool_))


def pack(chosen: npt.NDArray[np.bool_]) -> Bitmap:
    """Return the bitmap of those people for whom `chosen` is true."""
    bitmap = np.zeros(words(len(chosen)), np.uint64)
    packed = np.packbits(chosen, bitorder="little")
    bitmap.view(np.uint8)[: len(packed)] = packed
    return bitmap


def unpack(bitmap: Bitmap, people: int) -> npt.NDArray[np.bool_]:
    """Return for each of `people` people whether the bit is set."""
    return np.unpackbits(bitmap.view(np.uint8), count=people, bitorder="little").astype(np.bool_)


def holds(bitmap: Bitmap, person: int) -> bool:
    """Say whether the bit of `person`, counted from 0, is set."""
    return bool(bitmap.view(np.uint8)[person >> 3] >> (person & 7) & 1)


def count(bitmap: Bitmap) -> int:
    """Return for how many people the bit is set."""
    return int(np.bitwise_count(bitmap).sum())

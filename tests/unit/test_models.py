"""What pydantic refuses becomes a problem that a policy officer can mend, and that quotes no case."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from nrm.models import LONGEST_SHOWN, MOST_DIGITS, IsoDate, Whole, parse
from nrm.textfile import read_bytes


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Cat(Closed):
    type: Literal["cat"]
    lives: Whole = 9


class Dog(Closed):
    type: Literal["dog"]
    tricks: tuple[str, ...] = Field((), min_length=1)


class Farm(Closed):
    name: str = ""
    born: IsoDate | None = None
    seen: date | None = None
    size: Literal["small", "large"] = "small"
    code: Annotated[str, StringConstraints(pattern="^[a-z]+$", min_length=1, max_length=8)] = "a"
    pets: dict[str, Annotated[Cat | Dog, Field(discriminator="type")]] = {}
    inner: Farm | None = None
    from_: Whole | None = Field(None, alias="from")
    odd: bytes | None = None

    @field_validator("name")
    @classmethod
    def _no_star(cls, name: str) -> str:
        if "*" in name:
            raise ValueError("a name has no `*`")
        return name


def told(text: str, kind: Any = Farm, *, private: bool = False) -> list[str]:
    problems = []
    assert parse(read_bytes(text.encode(), "f.yaml"), kind, problems, private=private) is None
    return [str(problem).removeprefix("f.yaml:") for problem in sorted(problems)]


def test_a_sound_document_becomes_its_model():
    problems = []
    farm = parse(read_bytes(b"born: 2026-01-31\nfrom: 007\npets: {tom: {type: cat}}", "f"), Farm, problems)
    assert (farm.born.isoformat(), farm.from_, farm.pets["tom"].lives, problems) == ("2026-01-31", 7, 9, [])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("name: x\nborn: 2026-02-30\n", "2: `born` `2026-02-30` is not a date; write it as `2026-01-31`"),
        ("born: 0", "1: `born` `0` is not a date; write it as `2026-01-31`"),
        ("born: 1767225600", "1: `born` `1767225600` is not a date; write it as `2026-01-31`"),
        ("born: 20260131", "1: `born` `20260131` is not a date; write it as `2026-01-31`"),
        ("born: 2026-W05-6", "1: `born` `2026-W05-6` is not a date; write it as `2026-01-31`"),
        ("born: [x]", "1: `born` cannot be read"),
        ("seen: soon", "1: `seen` `soon` is not a date; write it as `2026-01-31`"),
        ("from: -1", "1: `from` `-1` is not a whole number; write digits only"),
        ("from: ٣", "1: `from` `٣` is not a whole number; write digits only"),
        ("from: 1.5", "1: `from` `1.5` is not a whole number; write digits only"),
        (f"from: {10**MOST_DIGITS}", "1: `from` `1000000000` is too large a number; write at most 9 digits"),
        ("size: smal", "1: `size` cannot be `smal`; did you mean `small`?"),
        ("size: []", "1: `size` has a value that is not valid; valid here: `large`, `small`"),
        ("code: ''", "1: `code` is empty; write something, or leave the line out"),
        ("code: abcdefghijk", "1: `code` `abcdefghijk` is too long"),
        ("code: A", "1: `code` `A` is not written in the form that is expected here"),
        ("code: [a]", "1: `code` must be one piece of text"),
        ("pets: no", "1: `pets` `no` must be `key: value` lines"),
        ("pets: {tom: cat}", "1: `pets.tom` `cat` must be `key: value` lines"),
        ("pets:\n  tom: {}", "2: `pets.tom` needs a `type`"),
        ("pets:\n  tom: {type: dgo}", "2: `pets.tom` cannot be `dgo`; did you mean `dog`?"),
        ("pets: {tom: {type: dog, tricks: one}}", "1: `pets.tom.tricks` `one` must be a list"),
        ("pets: {tom: {type: dog, tricks: []}}", "1: `pets.tom.tricks` has too few entries"),
        ("pets: {tom: {type: cat, live: 9}}", "1: `live` is not known here; did you mean `lives`?"),
        ("pets: {tom: {type: cat, xyz: 9}}", "1: `xyz` is not known here; valid here: `lives`, `type`"),
        ("inner:\n  inner:\n    form: 1", "3: `form` is not known here; did you mean `from`?"),
        ("name: a*", "1: `name`: a name has no `*`"),
        ("just text", "1: the file `just text` must be `key: value` lines"),
        ("[]", "1: the file must be `key: value` lines"),
        ("", "1: the file must be `key: value` lines"),
    ],
)
def test_a_fault_is_told_with_its_line_its_value_and_the_remedy(text, fault):
    assert told(text) == [fault]


def test_what_is_missing_is_named_with_the_place_where_it_should_stand():
    assert told("pets: {}\n", Cat) == [
        "1: `pets` is not known here; valid here: `lives`, `type`",
        "1: `type` is missing in the file; add it",
    ]


def test_a_list_is_told_by_the_number_of_its_entry():
    assert told("- {type: cat}\n- {type: cat, lives: x}\n- 3\n", tuple[Cat, ...]) == [
        "2: `1.lives` `x` is not a whole number; write digits only",
        "3: `2` `3` must be `key: value` lines",
    ]


def test_all_faults_are_told_at_once():
    assert [said.split(":")[0] for said in told("born: x\nfrom: y\nsize: z\n")] == ["1", "2", "3"]


def test_too_few_entries_are_not_told_when_the_entries_themselves_are_faulty():
    assert told("- {type: 1}\n", Annotated[tuple[Dog, ...], Field(min_length=1)]) == [
        "1: `0.type` cannot be `1`; valid here: `dog`"
    ]


def test_a_long_value_is_cut():
    (said,) = told(f"born: {'x' * 200}")
    assert f"`{'x' * LONGEST_SHOWN}…`" in said
    assert "x" * (LONGEST_SHOWN + 1) not in said


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("born: Canary", "1: `born` is not a date; write it as `2026-01-31`"),
        ("size: Canary", "1: `size` has a value that is not valid; valid here: `large`, `small`"),
        ("size: small Canary", "1: `size` has a value that is not valid; valid here: `large`, `small`"),
        ("Canary: 1", "1: this line is not known here"),
        ("pets: {Canary: {type: cat, lives: many}}", "1: `pets.….lives` is not a whole number; write digits only"),
        ("pets: {Canary: {type: Canary}}", "1: `pets.…` has a value that is not valid; valid here: `cat`, `dog`"),
        ("pets: {Canary: 1}", "1: `pets.…` must be `key: value` lines"),
        ("Canary", "1: the file must be `key: value` lines"),
    ],
)
def test_of_a_private_document_neither_value_nor_free_key_is_shown(text, fault):
    (said,) = told(text, private=True)
    assert said.startswith(fault)
    assert "Canary" not in said


def test_of_a_private_document_a_slip_in_one_of_our_own_words_is_shown():
    assert told("size: smal\n", private=True) == ["1: `size` cannot be `smal`; did you mean `small`?"]
    assert told("szie: small\n", private=True) == ["1: `szie` is not known here; did you mean `size`?"]

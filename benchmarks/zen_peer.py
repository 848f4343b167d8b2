"""zen-engine: a decision graph (JDM) in three encodings, because which one is chosen decides most of its speed."""

from __future__ import annotations

import importlib
import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from benchmarks.contender import Contender, infix

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.plain import PlainRule, PlainRules

_KEY = "rulebook"


def contenders(plain: PlainRules) -> Iterator[Contender]:
    """Yield zen-engine with lists of conditions, with tables, and with the same tables run the way its README does.

    In 2.1.3 a decision made by `create_decision` starts one thread per core each time it is asked (strace shows the
    calls), which costs more than the decision itself; an engine that is given a key does not, and decides the same.
    """
    zen = importlib.import_module("zen")
    lists, tables = _lists(plain), _tables(plain)

    def lists_applied(answer: Any) -> frozenset[str]:  # noqa: ANN401 - zen's result, made of dicts and lists
        found = answer["result"]
        return frozenset(
            rule.name
            for number, layer in enumerate(plain.layers)
            for rule, applies in zip(layer, found[f"l{number}"], strict=True)
            if applies
        )

    def tables_applied(answer: Any) -> frozenset[str]:  # noqa: ANN401 - as above
        found = answer["result"]
        return plain.named(row["rule"] for number in range(len(plain.layers)) for row in found[f"l{number}"])

    kept = "graph kept by the engine"
    yield Contender(
        "zen-engine, lists",
        f"expression node, one list of conditions per layer; {kept}",
        plain.flat,
        _kept(zen, lists),
        lists_applied,
    )
    yield Contender(
        "zen-engine, tables",
        f"one decision table (collect) per layer; {kept}",
        plain.flat,
        _kept(zen, tables),
        tables_applied,
    )
    yield Contender(
        "zen-engine, tables, create_decision",
        "the same tables, as in its README",
        plain.flat,
        zen.ZenEngine().create_decision(json.dumps(tables)).evaluate,
        tables_applied,
    )


def _kept(zen: Any, graph: dict[str, Any]) -> Any:  # noqa: ANN401 - untyped module, bound method
    engine = zen.ZenEngine({"loader": {"type": "static", "content": {_KEY: graph}}})
    return lambda facts: engine.evaluate(_KEY, facts)


def _lists(plain: PlainRules) -> dict[str, Any]:
    """Write one expression node: for each layer a list of booleans, and then the findings that they make."""
    place = {rule.number: number for layer in plain.layers for number, rule in enumerate(layer)}
    expressions: list[dict[str, str]] = []
    for number, layer in enumerate(plain.layers):
        conditions = ", ".join(_condition(rule, plain, "$.f_{} == true") for rule in layer)
        expressions.append(_keyed(f"l{number}", f"[{conditions}]"))
        for finding in plain.made_by_layer[number]:
            makers = [f"$.l{rule.layer}[{place[rule.number]}]" for rule in plain.makers[finding]]
            expressions.append(_keyed(f"f_{finding}", " or ".join(makers)))
    return _graph([_expressions("all", expressions, pass_through=False)])


def _tables(plain: PlainRules) -> dict[str, Any]:
    """Write one decision table per layer, each followed by the findings that it settles."""
    nodes: list[dict[str, Any]] = []
    for number, layer in enumerate(plain.layers):
        rows = [
            {"_id": f"r{rule.number}", "when": _condition(rule, plain, "f_{} == true"), "then": str(rule.number)}
            for rule in layer
        ]
        content = {
            "hitPolicy": "collect",
            "inputs": [{"id": "when", "name": "when"}],
            "outputs": [{"id": "then", "name": "then", "field": "rule"}],
            "rules": rows,
            "passThrough": True,
            "outputPath": f"l{number}",
        }
        nodes.append({"id": f"t{number}", "name": f"t{number}", "type": "decisionTableNode", "content": content})
        findings = plain.made_by_layer[number]
        if number < len(plain.layers) - 1:
            applied = [_keyed(f"n{number}", f"map(l{number}, #.rule)")]
            settled = [_keyed(f"f_{finding}", _made(finding, number, plain)) for finding in findings]
            nodes.append(_expressions(f"e{number}", [*applied, *settled], pass_through=True))
    return _graph(nodes)


def _made(finding: str, layer: int, plain: PlainRules) -> str:
    makers = plain.makers[finding]
    return " or ".join(f"({r.number} in {'$.' if r.layer == layer else ''}n{r.layer})" for r in makers)


def _condition(rule: PlainRule, plain: PlainRules, found: str) -> str:
    # Absent facts are null, and null is no condition: hence `== true`.
    return infix(
        rule,
        flag=lambda name: f"{name} == true",
        found=lambda finding: found.format(finding) if finding in plain.makers else "false",
    )


def _keyed(key: str, value: str) -> dict[str, str]:
    return {"id": key, "key": key, "value": value}


def _expressions(name: str, expressions: list[dict[str, str]], *, pass_through: bool) -> dict[str, Any]:
    content = {"expressions": expressions, "passThrough": pass_through}
    return {"id": name, "name": name, "type": "expressionNode", "content": content}


def _graph(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    whole = [
        {"id": "in", "name": "in", "type": "inputNode"},
        *nodes,
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    edges = [
        {"id": f"e{number}", "sourceId": one["id"], "targetId": other["id"], "type": "edge"}
        for number, (one, other) in enumerate(pairwise(whole))
    ]
    return {"nodes": whole, "edges": edges}

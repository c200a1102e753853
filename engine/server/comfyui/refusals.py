"""What is wrong with a prompt, in the shape that ComfyUI's clients read (COMPAT.md B2).

    {"error": {"type", "message", "details", "extra_info"},
     "node_errors": {"5": {"errors": [error, …], "dependent_outputs": ["9"], "class_type": "…"}}}

Here a *prompt* is ComfyUI's API form, and a *declaration* is a type's entry in `/object_info`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import msgspec

from engine.importers.write_api import unwrapped

#: More choices than this are counted, not listed.
LISTED = 20
#: Letters of a value that an error quotes.
QUOTED = 1000

Error = dict[str, Any]
Prompt = Mapping[str, Any]
#: Types by name, each as its entry in `/object_info`.
Declarations = Mapping[str, Mapping[str, Any]]

#: kind of a problem at an input -> type and message for clients
_AT_INPUT: Mapping[str, tuple[str, str]] = {
    "missing_input": ("required_input_missing", "Required input is missing"),
    "bad_link": ("bad_linked_input", "The link leads to no output"),
    "type_mismatch": ("return_type_mismatch", "The linked output is of another type"),
    "bad_value": ("invalid_input_type", "The value is of the wrong kind"),
}
#: kind of a problem of a whole node -> type and message for clients
_OF_NODE: Mapping[str, tuple[str, str]] = {
    "cycle": ("dependency_cycle", "Nodes wait for each other"),
    "bad_value": ("custom_validation_failed", "The node does not accept its inputs"),
}
_ELSE = ("exception_during_validation", "The node can not run")


class RefusedPrompt(msgspec.Struct, frozen=True):
    """The answer to a prompt of which nothing can run; one that is no JSON has an `ErrorAnswer`."""

    error: dict[str, Any]
    node_errors: dict[str, Any] = {}


@dataclass(frozen=True)
class Judgement:
    """Which output nodes can run, and what is wrong with the others.

    Attributes:
        outputs: the good ones, in order.
        node_errors: by node.
        error: of the whole prompt, where no output is good.
    """

    outputs: list[str]
    node_errors: dict[str, Any]
    error: Error | None = None


def whole(kind: str, message: str, details: str = "", **extra: Any) -> Error:
    """Return an error of the whole prompt."""
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


def no_prompt() -> Error:
    """Return the error of a request without a prompt."""
    return whole("no_prompt", "No prompt provided", "The request holds no prompt.")


def no_outputs() -> Error:
    """Return the error of a prompt that shows and saves nothing."""
    told = "Nothing in the prompt shows or saves a result."
    return whole("prompt_no_outputs", "Prompt has no outputs", told)


def malformed(prompt: Prompt) -> Error | None:
    """Return the error of the first node that is none, or None."""
    for node_id, node in prompt.items():
        kind = node.get("class_type") if isinstance(node, dict) else None
        if not isinstance(kind, str):
            message = "Cannot execute because a node is missing the class_type property."
            return _of_whole_node(node_id, message)
        if not isinstance(cast("dict[str, Any]", node).get("inputs"), dict):
            message = f"Cannot execute because node {kind} has no inputs object."
            return _of_whole_node(node_id, message, class_type=kind)
    return None


def unknown_type(node_id: str, node: Mapping[str, Any]) -> Error:
    """Return the error of a node whose type nothing defines."""
    kind = node["class_type"]
    title = (node.get("_meta") or {}).get("title") or kind
    message = f"Cannot execute because node {kind} does not exist."
    return _of_whole_node(node_id, message, class_type=kind, node_title=title)


def _of_whole_node(node_id: str, message: str, **extra: Any) -> Error:
    return whole("invalid_prompt", message, f"Node ID '#{node_id}'", node_id=node_id, **extra)


def judge(
    prompt: Prompt,
    outputs: Sequence[str],
    problems: Sequence[Mapping[str, Any]],
    declared: Declarations,
) -> Judgement:
    """Say which outputs can run although there are problems.

    Args:
        prompt: all nodes.
        outputs: the output nodes that are asked for.
        problems: each in the form of `EngineError.as_json`, with the prompt's ids.
        declared: the types of the nodes that have problems.
    """
    found: dict[str, list[Error]] = {}
    for problem in problems:
        for node_id in _places(problem):
            node = prompt.get(node_id)
            if node is not None:
                found.setdefault(node_id, []).append(_error(problem, node, declared))
    above = {output: _needed_by(output, prompt) for output in outputs}
    good = [output for output in outputs if above[output].isdisjoint(found)]
    node_errors = {
        node_id: {
            "errors": errors,
            "dependent_outputs": [output for output in outputs if node_id in above[output]],
            "class_type": prompt[node_id]["class_type"],
        }
        for node_id, errors in found.items()
    }
    if not outputs:
        return Judgement([], node_errors, no_outputs())
    if not found and problems:  # of no node, so of every output
        return Judgement([], {}, _failed([str(problem["message"]) for problem in problems]))
    if not good:
        lines = [
            f"{each['message']}: {each['details']}" for them in found.values() for each in them
        ]
        return Judgement([], node_errors, _failed(lines))
    return Judgement(good, node_errors)


def _failed(lines: Sequence[str]) -> Error:
    message = "Prompt outputs failed validation"
    return whole("prompt_outputs_failed_validation", message, "\n".join(lines))


def _places(problem: Mapping[str, Any]) -> list[str]:
    """Return the nodes that a problem is shown at: for a cycle, each of it."""
    if problem["kind"] == "cycle":
        return list(problem["details"].get("nodes", ()))
    return [problem["node"]] if problem["node"] is not None else []


def parents(node: Mapping[str, Any], prompt: Prompt) -> list[str]:
    """Return the nodes that a node's links come from."""
    links = (_link(value) for value in node["inputs"].values())
    return [link[0] for link in links if link is not None and link[0] in prompt]


def _needed_by(output: str, prompt: Prompt) -> set[str]:
    """Return a node and all that it depends on."""
    needed: set[str] = set()
    waiting = [output]
    while waiting:
        node_id = waiting.pop()
        if node_id not in needed and node_id in prompt:
            needed.add(node_id)
            waiting += parents(prompt[node_id], prompt)
    return needed


def _link(value: Any) -> tuple[str, Any] | None:
    match value:
        case [str() | int() as source, slot]:
            return str(source), slot
        case _:
            return None


def _error(problem: Mapping[str, Any], node: Mapping[str, Any], declared: Declarations) -> Error:
    """Return one problem as clients read it."""
    kind, socket = problem["kind"], problem["input"]
    if socket is None:
        type_, message = _OF_NODE.get(kind, _ELSE)
        return {"type": type_, "message": message, "details": problem["message"], "extra_info": {}}
    given = node["inputs"].get(socket)
    config = _config(socket, declared.get(node["class_type"], {}))
    extra: dict[str, Any] = {"input_name": socket, "input_config": config}
    if kind != "missing_input":
        extra["received_value"] = _quoted(given)
    if kind == "value_out_of_range":
        return _out_of_range(problem, unwrapped(given), extra)
    type_, message = _AT_INPUT.get(kind, _ELSE)
    if kind == "type_mismatch":
        extra |= {"received_type": problem["details"].get("got"), "linked_node": _quoted(given)}
    return {"type": type_, "message": message, "details": problem["message"], "extra_info": extra}


def _config(socket: str, entry: Mapping[str, Any]) -> list[Any] | None:
    """Return an input's declaration; an item of a growing input has that of the whole."""
    inputs = entry.get("input", {})
    declared = {**inputs.get("required", {}), **inputs.get("optional", {})}
    return declared.get(socket, declared.get(socket.split(".")[0]))


def _out_of_range(problem: Mapping[str, Any], given: Any, extra: dict[str, Any]) -> Error:
    """Return the error of a value that is not allowed: a choice, a bound, or another reason."""
    choices, low, high = _allowed(extra["input_config"])
    if choices is not None:
        return _not_in_list(given, choices, extra)
    number = _number(given)
    if number is not None and low is not None and number < low:
        type_, message = "value_smaller_than_min", f"Value {_quoted(given)} is below {low}"
    elif number is not None and high is not None and number > high:
        type_, message = "value_bigger_than_max", f"Value {_quoted(given)} is above {high}"
    else:
        type_, message = "custom_validation_failed", "The value is not allowed"
    return {"type": type_, "message": message, "details": problem["message"], "extra_info": extra}


def _allowed(config: list[Any] | None) -> tuple[list[Any] | None, Any, Any]:
    """Return the choices, the least and the most that an input's declaration names."""
    match config:
        case [list() as choices, *_]:
            return choices, None, None
        case [_, {"options": list() as choices}]:
            return choices, None, None
        case [_, dict() as options]:
            return None, options.get("min"), options.get("max")
        case _:
            return None, None, None


def _not_in_list(given: Any, choices: list[Any], extra: dict[str, Any]) -> Error:
    listed: Any = choices
    if len(choices) > LISTED:
        listed = f"(list of length {len(choices)})"
        extra = {**extra, "input_config": None}
    return {
        "type": "value_not_in_list",
        "message": "Value not in list",
        "details": f"{extra['input_name']}: {_quoted(given)!r} not in {listed}",
        "extra_info": extra,
    }


def _quoted(value: Any) -> Any:
    """Return a value as it is, or the beginning of a long one as a text."""
    if not isinstance(value, (str, list, dict)):
        return value
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return value if len(text) <= QUOTED else f"{text[:QUOTED]}…"


def _number(value: Any) -> float | None:
    try:
        return value if isinstance(value, int) else float(value)
    except (TypeError, ValueError):
        return None

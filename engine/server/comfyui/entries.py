"""Stored jobs as ComfyUI's queue and history have them (COMPAT.md B2).

queue: [number, prompt_id, prompt, extra_data, outputs_to_execute]
history: {"prompt": [the same five], "outputs": {node: ui}, "status": {…}, "meta": {node: {…}}}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from engine.document import read_document
from engine.errors import EngineError
from engine.events import NodeFinished, NodeReused
from engine.importers.write_api import write_api
from engine.server.comfyui.kept import Told, as_number, kept_of, prompt_id_of, wire_id
from engine.server.comfyui.long_answers import encoded
from engine.server.comfyui.translation import Translator

if TYPE_CHECKING:
    from engine.jobs.events import Numbered
    from engine.jobs.job import Job
    from engine.registry import Registry

#: Messages that belong to a prompt's status.
_OF_STATUS = "execution_"
_NOTHING = msgspec.Raw(b"{}")


def is_history(job: Job) -> bool:
    """Say whether a job has run; one that was taken from the queue is in no history."""
    return job.has_ended and not (job.state == "cancelled" and job.started is None)


def queue_item(job: Job, document: bytes | None, built_ins: Registry) -> list[Any]:
    """Return the five things that stand for a job.

    Args:
        job: any job.
        document: its text; needed for one that came by another API.
        built_ins: node types, for writing such a document as a prompt.
    """
    kept = kept_of(job)
    number = as_number(job.position)
    if kept is not None:
        raw, extra = msgspec.Raw(kept.prompt.encode()), msgspec.Raw(kept.extra_data.encode())
        return [number, kept.prompt_id, raw, extra, kept.outputs]
    nodes, outputs = (_NOTHING, []) if document is None else _as_prompt(document, built_ins)
    extra = {"create_time": int(job.created * 1000)}
    return [number, job.id, nodes, extra, job.targets or outputs]


def history_entry(job: Job, item: list[Any], events: Iterable[Numbered]) -> dict[str, Any]:
    """Return a job's entry; `item` is what `queue_item` gives, `events` are its stored ones."""
    told = Told.of(job)
    translator = Translator(told)
    messages: list[Any] = []
    places: dict[str, str] = {}
    for numbered in events:
        event = numbered.event
        if isinstance(event, NodeFinished | NodeReused):
            places[event.real_id] = event.node_id
        said = translator.translate(numbered)
        messages += [list(each) for each in said if each[0].startswith(_OF_STATUS)]
    return {
        "prompt": item,
        "outputs": outputs_of(job, told.ids, places),
        "status": {
            "status_str": "success" if job.state == "succeeded" else "error",
            "completed": job.state == "succeeded",
            "messages": _last_run(messages),
        },
        "meta": _meta(job, told.ids, places),
    }


def outputs_of(
    job: Job, ids: Mapping[str, str], places: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return what a job's nodes showed; `places` says where those are shown that were added."""
    shown = places or {}
    return {wire_id(each, shown.get(each, each), ids): ui for each, ui in job.ui.items()}


def _meta(job: Job, ids: Mapping[str, str], places: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for real_id in job.ui:
        shown = places.get(real_id, real_id)
        node_id, display = wire_id(real_id, shown, ids), wire_id(shown, shown, ids)
        told[node_id] = {
            "node_id": node_id,
            "display_node": display,
            "parent_node": None if node_id == display else display,
            "real_node_id": node_id,
        }
    return told


def _last_run(messages: list[Any]) -> list[Any]:
    """Return the messages of the last run; one that the worker's end cut off counts for nothing."""
    starts = [index for index, (kind, _) in enumerate(messages) if kind == "execution_start"]
    return messages[starts[-1] :] if starts else messages


@lru_cache(maxsize=256)  # the jobs of a batch share one
def _as_prompt(document: bytes, built_ins: Registry) -> tuple[msgspec.Raw, list[str]]:
    """Return a document as a prompt's JSON, and the nodes in it that show or save.

    One that can not be unfolded any more is empty.
    """
    try:
        nodes = write_api(read_document(document), built_ins)
    except EngineError:
        return _NOTHING, []
    specs = {each: built_ins.get(node["class_type"]) for each, node in nodes.items()}
    outputs = [each for each, spec in specs.items() if spec is not None and spec.is_output]
    return msgspec.Raw(encoded(nodes)), outputs


__all__ = ["history_entry", "is_history", "outputs_of", "prompt_id_of", "queue_item"]

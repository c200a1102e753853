"""What a client sends to `/prompt`, taken apart."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from engine.errors import BadRequest
from engine.importers.containers import is_api_prompt
from engine.server.comfyui.bodies import object_in

#: Keys of `extra_data` that begin so hold secrets; these are neither kept nor handed on.
_SECRET = ("auth_token", "api_key", "authorization")
LONGEST_ID = 500
_NONE = b"null"


class Sent(msgspec.Struct, frozen=True):
    """A request as it came; nothing of it is checked yet."""

    prompt: msgspec.Raw = msgspec.Raw(_NONE)
    prompt_id: Any = None
    client_id: Any = None
    number: Any = None
    front: Any = False
    extra_data: Any = None
    partial_execution_targets: Any = None

    @property
    def chosen_id(self) -> str | None:
        """Return the id that the client gives its prompt.

        Raises:
            BadRequest: it is too long.
        """
        if self.prompt_id is None:
            return None
        chosen = str(self.prompt_id)
        if len(chosen) > LONGEST_ID or not chosen:
            raise BadRequest(f"The prompt_id must have 1 to {LONGEST_ID} letters.")
        return chosen

    @property
    def client(self) -> str | None:
        """Return who is to hear of it."""
        return None if self.client_id is None else str(self.client_id)[:LONGEST_ID]

    @property
    def position(self) -> float | None:
        """Return the place in the queue that the client wants.

        Raises:
            BadRequest: it is no number.
        """
        if self.number is None:
            return None
        try:
            number = float(self.number)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not math.isfinite(number):
            raise BadRequest('The "number" of the prompt is no number.')
        return number

    @property
    def targets(self) -> list[str] | None:
        """Return the output nodes that are asked for; None asks for all."""
        if not isinstance(self.partial_execution_targets, list):
            return None
        return [str(each) for each in cast("list[Any]", self.partial_execution_targets)]

    @property
    def picture_info(self) -> dict[str, Any]:
        """Return what the client wants in pictures beside the prompt, such as its workflow."""
        info = self._extra.get("extra_pnginfo")
        return without_secrets(cast("dict[str, Any]", info)) if isinstance(info, dict) else {}

    @property
    def _extra(self) -> dict[str, Any]:
        given = self.extra_data
        return cast("dict[str, Any]", given) if isinstance(given, dict) else {}

    def kept_data(self) -> dict[str, Any]:
        """Return the extra data that is kept with the job: no secrets, and when it came."""
        kept = without_secrets(self._extra)
        if self.client is not None:
            kept["client_id"] = self.client
        return {**kept, "create_time": int(time.time() * 1000)}


def without_secrets(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return extra data without tokens of other services."""
    return {key: each for key, each in data.items() if not key.lower().startswith(_SECRET)}


_decode = msgspec.json.Decoder(Sent).decode


def read_sent(body: bytes) -> Sent:
    """Read a request's body, also where it holds NaN, as Python's clients write it.

    Raises:
        BadRequest: it is no JSON object.
    """
    try:
        sent = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        body = msgspec.json.encode(object_in(body))
        sent = _decode(body)
    if bytes(sent.prompt) == _NONE and _is_workflow(object_in(body)):
        return Sent(prompt=msgspec.Raw(body))
    return sent


def _is_workflow(value: Mapping[str, Any]) -> bool:
    """Say whether a body is not a request but a workflow or a prompt itself."""
    return "nodes" in value or is_api_prompt(value)

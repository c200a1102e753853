"""Content keys: two nodes with one key give the same result, wherever and whenever they run.

A key covers the node's type and code, its values, the keys of what feeds it, the content of the
files it reads and, for nodes that compute with models, the numerics. It names the keys above it
and not the whole ancestry, so a chain costs linear time.
"""

from __future__ import annotations

import hashlib
import itertools
import logging
import math
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from engine.files.identity import file_identity
from engine.parameters import taken_by
from engine.running.asking import FINGERPRINT_S, asking
from engine.running.failures import place_in_pack
from engine.spec import NodeSpec, nested

if TYPE_CHECKING:
    from engine.graph import GraphNode, NodeId
    from engine.paths import Folders

logger = logging.getLogger(__name__)

Key = str
_NEVER: list[Any] = []
_encode = msgspec.msgpack.Encoder().encode
_fresh = itertools.count()
#: Begins every key that must never be found again; children of such a node have one too.
_ONCE = f"once-{secrets.token_hex(8)}-"


@dataclass(frozen=True, slots=True)
class Profile:
    """What keys hold beside the graph.

    Attributes:
        code: identity of the engine's and the built-in nodes' sources and of torch and friends.
        numerics: returns device kind, dtypes and attention; part of the key of nodes on the device
            lane, and asked for only when there is one.
        owner: output nodes are never shared between owners.
        output: the folder that output nodes write to.
    """

    code: str = ""
    numerics: Callable[[], str] = str
    owner: str = ""
    output: str = ""


@dataclass(slots=True)
class Signer:
    """Makes keys for the nodes of one run."""

    profile: Profile
    folders: Folders | None = None
    _heads: dict[str, bytes] = field(default_factory=dict[str, bytes])

    def sign(
        self,
        node: GraphNode,
        keys: Mapping[NodeId, Key],
        arrived: Mapping[str, list[Any]] | None = None,
    ) -> Key | None:
        """Return a node's key, or None while it cannot be known.

        It cannot where a parent has none yet, or where a linked input names a file: then it is
        asked again with the values that `arrived`.
        """
        parts: list[Any] = []
        links = node.links
        for name, value in node.values.items():
            parts += (name, value)
        for name, link in links.items():
            upstream = keys.get(link.node)
            if upstream is None:
                return None
            if upstream.startswith(_ONCE):
                return uncacheable()
            parts += (name, upstream, link.output)
        spec = node.spec
        if spec.file_inputs or spec.fingerprint or spec.needs_id_in_key or spec.is_dynamic:
            special = self._special(node, arrived)
            if special is None or special is _NEVER:
                return uncacheable() if special is _NEVER else None
            parts += special
        head = self._heads.get(spec.id) or self._head(spec)
        try:
            return hashlib.sha256(head + _encode(parts)).hexdigest()[:40]
        except (TypeError, OverflowError, ValueError):
            return uncacheable()

    def _head(self, spec: NodeSpec) -> bytes:
        profile = self.profile
        head = [spec.id, spec.source, spec.code or profile.code]
        head += [profile.numerics()] if spec.lane == "device" else []
        head += ["output", profile.owner, profile.output] if spec.is_output else []
        self._heads[spec.id] = _encode(head)
        return self._heads[spec.id]

    def _special(
        self, node: GraphNode, arrived: Mapping[str, list[Any]] | None
    ) -> list[Any] | None:
        """Return what the rarer facts add: fingerprint or files, and the node's own id."""
        spec = node.spec
        parts: list[Any] = [node.id] if spec.needs_id_in_key else []
        if spec.fingerprint:
            value = _fingerprint(node, spec.fingerprint)
            return _NEVER if value is _NEVER else [*parts, value]
        if arrived is None and any(each.name in node.links for each in node.file_inputs):
            return None
        return [*parts, self.files(node, arrived or {})]

    def files(self, node: GraphNode, arrived: Mapping[str, list[Any]]) -> list[list[str]]:
        """Return the identity of every file that the node reads by its inputs."""
        found: list[list[str]] = []
        for each in node.file_inputs:
            values = arrived.get(each.name) or [node.values.get(each.name)]
            for value in values:
                if isinstance(value, str) and self.folders is not None and each.widget:
                    paths = each.widget.files(value, self.folders)
                    found += [[each.name, file_identity(path)] for path in paths]
        return found


def _fingerprint(node: GraphNode, fingerprint: Callable[..., Any]) -> Any:
    """Return what the node says stands for its changing part; links are given as None.

    Of what is hidden only the node's id is known before the run.
    """
    given = {**dict.fromkeys(node.links), **node.values}
    given = nested(node.spec, given) if node.spec.is_dynamic else given
    try:
        if hidden := node.hidden_before_run():
            given |= taken_by(fingerprint, hidden)
        with asking(f"Node {node.name} is asked whether it has changed", FINGERPRINT_S, node.id):
            value = fingerprint(**given)
    except Exception as problem:  # noqa: BLE001 a pack's function may raise anything
        told = f"{type(problem).__name__}: {problem}{place_in_pack(node, problem)}"
        logger.warning("The fingerprint of node %s failed, so it runs: %s", node.name, told)
        return _NEVER
    return _NEVER if isinstance(value, float) and math.isnan(value) else value


def uncacheable() -> Key:
    """Return a key that nothing else ever has."""
    return f"{_ONCE}{next(_fresh)}"


def is_cacheable(key: Key) -> bool:
    """Say whether a result may be stored under this key."""
    return not key.startswith(_ONCE)

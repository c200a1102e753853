from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from engine.context import Context
from engine.types import ClipHandle, Weights
from nodes import text

CLIP = ClipHandle(Weights("checkpoints", "a.safetensors", "0", "text_encoder", "sd1"))


def test_the_encoder_gets_the_prompt(
    context: Callable[..., Context], monkeypatch: pytest.MonkeyPatch
):
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(text, "encode", SimpleNamespace(encode_text=lambda *a: asked.append(a)))
    ctx = context()

    text.encode_prompt("a cat", CLIP, ctx)

    assert asked == [(CLIP, "a cat", ctx.runtime, ctx.warn)]


def test_the_last_layer_is_set_on_a_new_handle():
    changed = text.set_last_layer(CLIP, -2)

    assert (changed.skip, CLIP.skip) == (-2, -1)
    assert changed.weights is CLIP.weights

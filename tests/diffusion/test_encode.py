"""Prompts through a tiny text encoder of random weights."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import torch
from safetensors.torch import save_file
from transformers import CLIPTextConfig, CLIPTextModel

from engine.devices import DevicePolicy
from engine.diffusion.text import encode, tokenizer
from engine.diffusion.text.chunks import Token, fill_chunks
from engine.diffusion.text.encode import encode_prompt, run_encoder
from engine.errors import ModelError, NodeError
from engine.memory import Memory
from engine.paths import Folders
from engine.runtime import Runtime
from engine.types import ClipHandle, Cond, Weights

WIDTH, LAYERS = 16, 3
Encode = Callable[..., Cond]


@pytest.fixture(scope="module")
def encoder() -> CLIPTextModel:
    torch.manual_seed(0)
    config = CLIPTextConfig(
        hidden_size=WIDTH,
        intermediate_size=2 * WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=2,
        initializer_factor=10.0,
        bos_token_id=tokenizer.START,
        eos_token_id=tokenizer.END,
    )
    return CLIPTextModel(config).eval()


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    folders = Folders.at(tmp_path)
    folders.roots("embeddings")[0].mkdir(parents=True)
    return folders


@pytest.fixture
def encoded(encoder: CLIPTextModel, folders: Folders) -> Encode:
    def encoded(text: str, skip: int = -1) -> Cond:
        (entry,) = encode_prompt(encoder, text, folders, skip).entries
        return entry

    return encoded


def chunk(text: str) -> list[Token]:
    return fill_chunks([[Token(token) for token in tokenizer.encode(text)]])[0]


@pytest.fixture
def calls(encoder: CLIPTextModel) -> Iterator[list[int]]:
    """The number of chunks in each forward pass."""
    batches: list[int] = []
    hook = encoder.encoder.layers[0].register_forward_pre_hook(
        lambda layer, inputs: batches.append(len(inputs[0]))
    )
    yield batches
    hook.remove()


@torch.no_grad()
def test_encoder_driven_by_vectors_equals_its_own_forward(encoder: CLIPTextModel):
    chunks = [chunk("a red apple"), chunk("")]
    ids = torch.tensor([[token.value for token in row] for row in chunks])

    ours = run_encoder(encoder, chunks)

    own = encoder(ids)
    torch.testing.assert_close(ours.tokens, own.last_hidden_state)
    torch.testing.assert_close(ours.pooled, own.pooler_output)


@torch.no_grad()
@pytest.mark.parametrize("skip", [-1, -2, -LAYERS])
def test_clip_skip_leaves_out_layers_and_keeps_the_final_norm(encoder: CLIPTextModel, skip: int):
    chunks = [chunk("a red apple")]
    ids = torch.tensor([[token.value for token in row] for row in chunks])

    ours = run_encoder(encoder, chunks, skip)

    own = encoder(ids, output_hidden_states=True)
    torch.testing.assert_close(ours.tokens, encoder.final_layer_norm(own.hidden_states[skip]))
    torch.testing.assert_close(ours.pooled, own.pooler_output)


def test_skip_beyond_the_first_layer_skips_nothing(encoded: Encode):
    assert torch.equal(encoded("cat", -LAYERS - 1).encoding, encoded("cat").encoding)


def test_pooled_is_taken_at_the_first_end_of_the_first_chunk(
    encoder: CLIPTextModel, encoded: Encode
):
    long = encoded("a cat <|endoftext|> " + "a dog " * 80)

    first = encoded("a cat").encoding
    torch.testing.assert_close(long.pooled, first[:, 3])


def test_long_prompt_is_its_chunks_one_after_another(encoded: Encode):
    words = ["cat " * 75, "red apple"]

    whole = encoded("".join(words)).encoding

    parts = [encoded(text).encoding for text in words]
    assert whole.shape == (1, 2 * 77, WIDTH)
    torch.testing.assert_close(whole, torch.cat(parts, dim=1))


def test_prompt_that_nobody_writes_is_refused_at_once(encoded: Encode):
    with pytest.raises(NodeError, match="10,000,000 characters; at most 200,000"):
        encoded("a" * 10_000_000)


def test_chunks_are_encoded_in_one_pass_and_the_empty_prompt_only_for_weights(
    encoded: Encode, calls: list[int]
):
    encoded("cat " * 100)
    encoded("(cat:1.5) " * 100)

    assert calls == [2, 3]


def test_weight_moves_a_place_from_the_empty_prompt(encoded: Encode):
    heavy = encoded("a (cat:1.5)").encoding

    plain, empty = encoded("a cat").encoding, encoded("").encoding
    torch.testing.assert_close(heavy[:, 2], empty[:, 2] + 1.5 * (plain - empty)[:, 2])
    torch.testing.assert_close(heavy[:, 3:], plain[:, 3:])


def test_places_of_weight_one_keep_their_encoding(encoded: Encode):
    heavy, plain = encoded("a (cat:1.5) on a table"), encoded("a cat on a table")

    torch.testing.assert_close(heavy.encoding[:, 3:], plain.encoding[:, 3:])


def test_pooled_knows_no_weights(encoded: Encode):
    torch.testing.assert_close(encoded("a (cat:1.5)").pooled, encoded("a cat").pooled)


def test_encoding_of_a_half_precision_encoder_is_float32(encoder: CLIPTextModel, folders: Folders):
    low = CLIPTextModel(encoder.config).bfloat16().eval()

    (entry,) = encode_prompt(low, "a (cat:1.5)", folders).entries

    assert entry.encoding.dtype == torch.float32
    assert entry.pooled is not None and entry.pooled.dtype == torch.float32


def test_embedding_equal_to_a_words_vectors_is_that_word(
    encoder: CLIPTextModel, encoded: Encode, folders: Folders
):
    vectors = encoder.embeddings.token_embedding.weight[tokenizer.encode("red apple")]
    save_file(
        {"emb_params": vectors.detach()}, folders.roots("embeddings")[0] / "fruit.safetensors"
    )

    named = encoded("a (embedding:fruit:1.3), here")

    spelt = encoded("a (red apple:1.3), here")
    torch.testing.assert_close(named.encoding, spelt.encoding)
    torch.testing.assert_close(named.pooled, spelt.pooled)


def test_long_embedding_goes_on_in_the_next_chunk(encoded: Encode, folders: Folders):
    path = folders.roots("embeddings")[0] / "long.safetensors"
    save_file({"emb_params": torch.ones(80, WIDTH)}, path)

    assert encoded("embedding:long").encoding.shape == (1, 2 * 77, WIDTH)


def test_embedding_of_another_width_is_refused(encoded: Encode, folders: Folders):
    path = folders.roots("embeddings")[0] / "wide.safetensors"
    save_file({"emb_params": torch.ones(1, WIDTH + 1)}, path)

    with pytest.raises(ModelError, match="17 numbers, the encoder takes 16"):
        encoded("embedding:wide")


def test_missing_embedding_is_text_and_a_warning(encoded: Encode, caplog: pytest.LogCaptureFixture):
    entry = encoded("a embedding:missing cat")

    assert torch.equal(entry.encoding, encoded("a embedding : missing cat").encoding)
    assert [record.message for record in caplog.records] == [
        'There is no "embedding:missing" in models/embeddings; it is read as plain text.'
    ]


def test_encode_text_uses_the_handles_encoder_and_skip(
    encoder: CLIPTextModel, encoded: Encode, folders: Folders, monkeypatch: pytest.MonkeyPatch
):
    clip = ClipHandle(Weights("checkpoints", "tiny", "", "text_encoder", "sd1"), skip=-2)
    runtime = Runtime(folders, DevicePolicy("cpu", {}), Memory(0))
    monkeypatch.setattr(encode, "load_text_encoder", lambda handle, runtime: encoder)

    conditioning = encode.encode_text(clip, "a cat", runtime)

    assert torch.equal(conditioning.entries[0].encoding, encoded("a cat", -2).encoding)


def test_encoder_of_other_words_is_refused(folders: Folders):
    config = SimpleNamespace(vocab_size=1000)

    with pytest.raises(ModelError, match=r"knows 1,000 tokens, but prompts .* 49,408 of CLIP"):
        encode_prompt(cast("Any", SimpleNamespace(config=config)), "a cat", folders)


def test_encoding_that_is_not_numbers_is_refused(encoder: CLIPTextModel, folders: Folders):
    broken = copy.deepcopy(encoder)
    broken.final_layer_norm.bias.data[0] = torch.nan

    with pytest.raises(NodeError, match=r"The text encoder gave values .* or that of a LoRA"):
        encode_prompt(broken, "a cat", folders)

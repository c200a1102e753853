"""A prompt through CLIP's text encoder (Radford et al. 2021), in chunks and with weights.

An encoding z of weight w becomes z_empty + w (z - z_empty), where z_empty is what the empty prompt
has in the same place.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor

from engine.diffusion.networks.answers import checked
from engine.diffusion.networks.leaner import leaner
from engine.diffusion.networks.shortages import Rung, first_that_fits
from engine.diffusion.networks.weights import load_text_encoder
from engine.diffusion.text import tokenizer
from engine.diffusion.text.chunks import CHUNK_LENGTH, Chunk, fill_chunks, prompt_chunks
from engine.diffusion.text.embedding_names import find_mention
from engine.diffusion.text.embeddings import load_embedding
from engine.errors import ModelError, NodeError
from engine.types import ClipHandle, Cond, Conditioning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from transformers import CLIPTextModel

    from engine.paths import Folders
    from engine.runtime import Runtime

logger = logging.getLogger(__name__)

#: Characters of a prompt, at most: some 500 chunks of 75 tokens.
LONGEST = 200_000


class Encoded(NamedTuple):
    """Encodings (B, T, C) of the asked-for layer and pooled ones (B, C) of the last layer."""

    tokens: Tensor
    pooled: Tensor


def encode_text(
    clip: ClipHandle, text: str, runtime: Runtime, warn: Callable[[str], None] = logger.warning
) -> Conditioning:
    """Encode a prompt of any length; (1, 77 n, C) and pooled (1, C), float32, on the CPU.

    Args:
        warn: told of embeddings that are not there.

    Raises:
        PathError: an embedding's name leads out of its folder.
        ModelError: an embedding cannot be read or does not fit the encoder.
        NodeError: the prompt is longer than anybody writes, or its encoding is not numbers.
        OutOfMemory: there is no room for a single chunk of it.
    """

    def rungs() -> Iterator[Rung[Conditioning]]:
        def encoded(runtime: Runtime, at_once: int = 0) -> Conditioning:
            encoder = load_text_encoder(clip, runtime)
            return encode_prompt(encoder, text, runtime.folders, clip.skip, warn, at_once=at_once)

        yield Rung(partial(encoded, runtime))
        yield Rung(partial(encoded, runtime, 1), f"{CHUNK_LENGTH} tokens were encoded at a time")
        for smaller, told in leaner(clip, runtime):
            yield Rung(partial(encoded, smaller, 1), told)

    return first_that_fits(rungs(), "The text encoder", runtime.devices.device, runtime.warn)


@torch.no_grad()
def encode_prompt(
    encoder: CLIPTextModel,
    text: str,
    folders: Folders,
    skip: int = -1,
    warn: Callable[[str], None] = logger.warning,
    *,
    at_once: int = 0,
) -> Conditioning:
    """Encode a prompt with a loaded encoder; see `encode_text`.

    Args:
        at_once: chunks that are encoded together; 0 is all of them.
    """
    _refuse_unfit(encoder, text)

    def read_embedding(run: str) -> tuple[Sequence[Tensor], str] | None:
        mention = find_mention(run, folders)
        if mention is None:
            warn(f'There is no "{run.split()[0]}" in models/embeddings; it is read as plain text.')
            return None
        return [*load_embedding(mention.path, encoder.config.hidden_size)], mention.rest

    chunks = prompt_chunks(text, read_embedding)
    weights = torch.tensor([[token.weight for token in chunk] for chunk in chunks])
    is_weighted = bool((weights != 1).any())
    chunks += fill_chunks([]) if is_weighted else []
    size = at_once or len(chunks)
    parts = [
        run_encoder(encoder, chunks[first : first + size], skip)
        for first in range(0, len(chunks), size)
    ]
    encoded = Encoded(*map(torch.cat, zip(*parts, strict=True)))
    tokens = encoded.tokens.float().cpu()
    if is_weighted:
        tokens = weighted(tokens[:-1], tokens[-1], weights)
    checked(tokens, "The text encoder", or_of="a LoRA")
    # (chunks, 77, C) -> (1, 77 chunks, C)
    return Conditioning((Cond(tokens.flatten(0, 1)[None], encoded.pooled[:1].float().cpu()),))


def _refuse_unfit(encoder: CLIPTextModel, text: str) -> None:
    if encoder.config.vocab_size <= tokenizer.END:
        raise ModelError(
            f"This text encoder knows {encoder.config.vocab_size:,} tokens, but prompts are "
            f"written in the {tokenizer.END + 1:,} of CLIP. Use a CLIP-L."
        )
    if len(text) > LONGEST:
        raise NodeError(
            f"The prompt has {len(text):,} characters; at most {LONGEST:,} are encoded. Shorten it."
        )


def weighted(tokens: Tensor, empty: Tensor, weights: Tensor) -> Tensor:
    """Move encodings (B, T, C) from those of the empty prompt (T, C) by weights (B, T)."""
    # lerp is exact at weight 1
    return torch.lerp(empty, tokens, weights[..., None])


def run_encoder(encoder: CLIPTextModel, chunks: Sequence[Chunk], skip: int = -1) -> Encoded:
    """Encode chunks in one batch, as the model's own forward does, but from vectors.

    Args:
        encoder: the text model; its own forward takes ids only, and no embedding has one.
        chunks: places to encode, of one length.
        skip: -1 gives the last layer, -2 the one before it; below the first, again the last.
    """
    ids = _ids(chunks).to(encoder.device)
    hidden = encoder.embeddings(inputs_embeds=_vectors(encoder, ids, chunks))  # (B, T, C)
    mask = _causal_mask(hidden)  # (1, 1, T, T)
    layers = encoder.encoder.layers
    stop = len(layers) + 1 + skip
    stop = stop if stop > 0 else len(layers)
    chosen = _through(layers[:stop], hidden, mask)
    last = encoder.final_layer_norm(_through(layers[stop:], chosen, mask))
    tokens = encoder.final_layer_norm(chosen) if stop < len(layers) else last
    first_end = (ids == tokenizer.END).int().argmax(dim=1)
    return Encoded(tokens, last[torch.arange(len(chunks), device=last.device), first_end])


def _ids(chunks: Sequence[Chunk]) -> Tensor:
    """Return the ids (B, T) of chunks, 0 where a vector stands."""
    return torch.tensor(
        [[token.value if isinstance(token.value, int) else 0 for token in c] for c in chunks]
    )


def _vectors(encoder: CLIPTextModel, ids: Tensor, chunks: Sequence[Chunk]) -> Tensor:
    """Return what stands in each place, (B, T, C), without positions."""
    vectors = encoder.embeddings.token_embedding(ids)
    for row, chunk in enumerate(chunks):
        for place, token in enumerate(chunk):
            if isinstance(token.value, Tensor):
                vectors[row, place] = token.value
    return vectors


def _causal_mask(hidden: Tensor) -> Tensor:
    length = hidden.shape[1]
    mask = torch.full((1, 1, length, length), -torch.inf, dtype=hidden.dtype, device=hidden.device)
    return mask.triu(1)


def _through(layers: Iterable[torch.nn.Module], hidden: Tensor, mask: Tensor) -> Tensor:
    for layer in layers:
        hidden = layer(hidden, mask)
    return hidden

"""What a text encoder reads of a prompt: its tokens with their weights, chunk by chunk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from engine.diffusion.text import tokenizer
from engine.diffusion.text.chunks import CHUNK_LENGTH, END, Token, prompt_chunks
from engine.diffusion.text.embedding_names import MARK, find_mention
from engine.errors import BadRequest, EngineError
from engine.worker.questions.registry import question

if TYPE_CHECKING:
    from pathlib import Path

    from engine.engine import Engine
    from engine.paths import Folders

#: Characters of a prompt, at most.
LONGEST = 200_000


@question("tokenise")
def tokenise(
    engine: Engine, text: str, checkpoint: str | None = None, owner: str = ""
) -> dict[str, Any]:
    """Return the tokens of a prompt for the text encoder of a checkpoint, the first without one.

    A token of an embedding has no id; padding is left out.
    """
    if len(text) > LONGEST:
        raise BadRequest(
            f"The prompt has {len(text):,} characters; at most {LONGEST:,} are read. Shorten it."
        )
    folders = engine.folders.of(owner)
    names = folders.names("checkpoints")
    name = checkpoint or (names[0] if names else None)
    width = _width(folders.find("checkpoints", name)) if name is not None else 0
    reader = _Embeddings(folders, width)
    chunks = prompt_chunks(text, reader.read)
    return {
        "tokenizer": "clip",
        "checkpoint": name,
        "chunk_length": CHUNK_LENGTH,
        "chunks": [[_shown(token) for token in _without_padding(chunk)] for chunk in chunks],
        "embeddings": reader.found,
    }


@dataclass(frozen=True)
class _Place:
    """Stands for one vector of an embedding."""

    embedding: str


@dataclass
class _Embeddings:
    """Finds the embeddings that a prompt names."""

    folders: Folders
    width: int
    found: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def read(self, run: str) -> tuple[Sequence[Any], str] | None:
        """Return a place for each vector of an embedding, and the text after its name."""
        mention = find_mention(run, self.folders)
        if mention is None:
            name = run.removeprefix(MARK).split(" ")[0].rstrip(",")
            self._note(name, problem=f'There is no embedding "{name}", so it is read as text.')
            return None
        name = mention.path.stem
        try:
            vectors = _vectors(mention.path, self.width)
        except EngineError as problem:
            self._note(name, problem=problem.message)
            return None
        self._note(name, vectors=vectors)
        return [_Place(name)] * vectors, mention.rest

    def _note(self, name: str, *, vectors: int = 0, problem: str = "") -> None:
        self.found.append({"name": name, "vectors": vectors, "problem": problem})


def _vectors(path: Path, width: int) -> int:
    from engine.diffusion.text.embeddings import load_embedding  # late: it imports torch

    return len(load_embedding(path, width))


def _width(path: Path) -> int:
    """Return how many numbers a vector of a checkpoint's text encoder has."""
    from engine.diffusion.families.family import family_of
    from engine.diffusion.model_files.checkpoint import read_contents

    contents = read_contents(path)
    return family_of(contents).network(contents, "text_encoder").config["hidden_size"]


def _shown(token: Token) -> dict[str, Any]:
    if isinstance(token.value, _Place):
        shown: dict[str, Any] = {"id": None, "text": token.value.embedding, "is_embedding": True}
    else:
        identity: Any = token.value
        shown = {"id": identity, "text": tokenizer.decode([identity]), "is_embedding": False}
    return {**shown, "weight": token.weight}


def _without_padding(chunk: Sequence[Token]) -> Sequence[Token]:
    """Return a chunk up to its first end, which is written as a text that is one token, too."""
    length = len(chunk)
    while length > 1 and chunk[length - 1] == END and chunk[length - 2] == END:
        length -= 1
    return chunk[:length]

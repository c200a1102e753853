"""What the server may ask the worker: a name, and a function of the engine and plain arguments.

A new question is a new entry: a function decorated with `question`, in a module of this package.
"""

from __future__ import annotations

from engine.worker.questions import documents, machine, nodes, packs, prompts
from engine.worker.questions.registry import QUESTIONS, answer

__all__ = ["QUESTIONS", "answer", "documents", "machine", "nodes", "packs", "prompts"]

"""Modules that come late, and may be half there while another thread imports them."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import pytest

from engine.lazy import loaded


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("toy_library")
    module.__spec__ = ModuleSpec("toy_library", None)
    monkeypatch.setitem(sys.modules, "toy_library", module)
    return module


def test_a_module_that_is_there_is_returned(toy: ModuleType):
    assert loaded("toy_library") is toy


def test_a_module_that_another_thread_is_importing_is_not_there_yet(toy: ModuleType):
    toy.__spec__._initializing = True  # pyright: ignore  what importlib sets meanwhile

    assert loaded("toy_library") is None


def test_a_module_that_nobody_has_imported_is_not_there():
    assert loaded("toy_library") is None

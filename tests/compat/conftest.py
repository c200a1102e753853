"""Servers for tests of ComfyUI's API; `tests/server/conftest.py` says how to use them."""

from tests.server.conftest import client, serving

__all__ = ["client", "serving"]

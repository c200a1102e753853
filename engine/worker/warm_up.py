"""Imports what the first real job needs while nothing else is to be done.

Importing diffusers takes seconds, and slows whatever runs beside it.
"""

from __future__ import annotations

import gc
import importlib
import logging
import threading
import time
from typing import TYPE_CHECKING

from engine.code_identity import built_in_code
from engine.lazy import IMPORTING

if TYPE_CHECKING:
    from engine.engine import Engine
    from engine.worker.session import Session

logger = logging.getLogger(__name__)

#: Nothing has run for so long when an import begins, seconds.
IDLE_S = 0.3
LOOK_S = 0.05
#: One after the other, from the quick to the slow, and each only while nothing runs.
MODULES = (
    "numpy",
    "torch",
    "engine.diffusion.latent.previews",
    "transformers",
    "diffusers",
    "engine.diffusion.autoencoder.vae",
    "engine.diffusion.text.encode",
    "engine.diffusion.denoising.sampling",
    "engine.diffusion.imaging.pictures",
    "engine.diffusion.networks.weights",
)


def warm_up_when_idle(engine: Engine, session: Session) -> None:
    """Begin in the background."""
    work = threading.Thread(target=_warm_up, args=(engine, session), name="warm-up", daemon=True)
    work.start()


def _warm_up(engine: Engine, session: Session) -> None:
    built_in_code()
    try:
        for name in MODULES:
            _wait_until_idle(session)
            with IMPORTING:
                importlib.import_module(name)
        _wait_until_idle(session)
        engine.runtime  # noqa: B018 choosing the device takes a moment, too
        gc.freeze()  # what libraries made stays: no collection need walk it
    except Exception:  # whoever needs it says so, with the job that does
        logger.exception("The warm-up failed")


def _wait_until_idle(session: Session) -> None:
    idle_since = time.monotonic()
    while time.monotonic() - idle_since < IDLE_S:
        time.sleep(LOOK_S)
        if session.is_busy:
            idle_since = time.monotonic()

"""Samplers that only nodes of their own choose: they are no answer to "which sampler?"."""

from __future__ import annotations

from engine.diffusion.samplers import SAMPLERS, Sampler
from engine.errors import NodeError

_PACKAGE = "engine.diffusion.samplers"

SPECIAL: dict[str, Sampler] = {
    "euler_cfg_pp_alternative": Sampler(f"{_PACKAGE}.extrapolating:euler_cfg_pp_alternative"),
    "cycle": Sampler(f"{_PACKAGE}.encoding:cycle"),
    "cycle_encode": Sampler(f"{_PACKAGE}.encoding:cycle_encode"),
    "ddim_inversion": Sampler(f"{_PACKAGE}.encoding:ddim_inversion", inverts=True),
    "lcm_upscale": Sampler(f"{_PACKAGE}.growing:lcm_upscale", resizes=True),
}


def sampler_named(name: str) -> Sampler:
    """Return a sampler of either table.

    Raises:
        NodeError: there is none of this name.
    """
    found = SAMPLERS.get(name) or SPECIAL.get(name)
    if found is None:
        raise NodeError(
            f'There is no sampler "{name}". A pack may have brought it; choose another.'
        )
    return found

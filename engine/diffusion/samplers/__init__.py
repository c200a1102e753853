"""Samplers by name, in the order users know. No torch is loaded until one is run.

A new sampler is a function in a file of its family and a line in the table; a pack adds its own
with `SAMPLERS[name] = Sampler(...)`.
"""

from engine.diffusion.samplers.protocol import Answer, Request, SamplerStart, Sampling
from engine.diffusion.samplers.sampler import Sampler
from engine.diffusion.samplers.table import SAMPLERS

__all__ = ["SAMPLERS", "Answer", "Request", "Sampler", "SamplerStart", "Sampling"]

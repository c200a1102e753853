"""Networks larger than the memory: some layers stay, the others come when their turn is near."""

from engine.diffusion.streaming.building import build_streamed
from engine.diffusion.streaming.stream import Stream, stream_of

__all__ = ["Stream", "build_streamed", "stream_of"]

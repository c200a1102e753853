"""For authors of nodes: run one, or a small graph, in three lines.

from engine.testing import picture, run_node

def test_fading_fully_gives_white():
    assert run_node("FadeImage", image=picture(), amount=1.0)[0].min() == 1
"""

from engine.testing.graphs import Graph, Ref
from engine.testing.running import Bench, Ran, bench, run, run_node
from engine.testing.values import conditioning, latent, mask, picture

__all__ = [
    "Bench",
    "Graph",
    "Ran",
    "Ref",
    "bench",
    "conditioning",
    "latent",
    "mask",
    "picture",
    "run",
    "run_node",
]

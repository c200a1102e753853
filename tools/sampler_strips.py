"""Draws a strip of pictures by each sampler, for docs/samplers.md, with the built-in model.

python -m tools.sampler_strips               every sampler, into docs/pictures/samplers
python -m tools.sampler_strips euler heun    these
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from PIL import Image

from engine.diffusion.samplers import SAMPLERS
from engine.workflow import HOME, Workflow
from tools.sampler_page import STEPS, cfg_of, pictured

STRIPS = HOME / "docs/pictures/samplers"
PROMPT, SEED, SIDE = "a red apple", 7, 128
QUALITY = 80


def strip(sampler: str, workflow: Workflow) -> Image.Image:
    """Draw the same picture with each number of steps, side by side."""
    joined = Image.new("RGB", (len(STEPS) * SIDE, SIDE))
    for place, steps in enumerate(STEPS):
        made = workflow.run(
            prompt=PROMPT, sampler=sampler, steps=steps, seed=SEED, cfg=cfg_of(sampler)
        )
        joined.paste(made.images[0], (place * SIDE, 0))
        for file in made.files:
            file.unlink()
    return joined


def main(arguments: Sequence[str] | None = None) -> None:
    """Draw the strips."""
    parser = argparse.ArgumentParser(prog="sampler_strips", description=__doc__)
    parser.add_argument("samplers", nargs="*", help="names; every sampler if none is given")
    chosen = parser.parse_args(arguments).samplers or [n for n in SAMPLERS if pictured(n) == n]
    STRIPS.mkdir(parents=True, exist_ok=True)
    workflow = Workflow.load("text_to_image.json")
    for sampler in chosen:
        strip(sampler, workflow).save(STRIPS / f"{sampler}.webp", quality=QUALITY)
        print(sampler, flush=True)


if __name__ == "__main__":
    main()

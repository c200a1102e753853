"""The page of samplers says what the registry knows."""

from pathlib import Path

from engine.diffusion.samplers import SAMPLERS
from tools.sampler_page import page


def test_page_has_every_sampler_with_its_facts(tmp_path: Path):
    strips = tmp_path / "pictures/samplers"
    strips.mkdir(parents=True)
    (strips / "dpmpp_sde.webp").touch()

    text = page(SAMPLERS, tmp_path)
    sections = dict(part.split("\n", 1) for part in text.split("\n## ")[1:])

    assert list(sections) == list(SAMPLERS)
    assert "Order 2. 2 calls a step. Adds noise." in sections["dpmpp_sde_gpu"]
    assert "`eta` 1, `s_noise` 1, `r` 0.5, `noise_device` gpu" in sections["dpmpp_sde_gpu"]
    assert "(pictures/samplers/dpmpp_sde.webp)" in sections["dpmpp_sde_gpu"]
    assert "![" not in sections["euler"]
    assert "As many calls as it takes" in sections["dpm_adaptive"]
    assert "(https://arxiv.org/abs/2302.04867)" in sections["uni_pc"]

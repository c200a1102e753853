"""The table of samplers, in the order users know."""

from __future__ import annotations

from typing import Any

from engine.diffusion.samplers.sampler import Sampler

PACKAGE = "engine.diffusion.samplers"
KARRAS = "https://arxiv.org/abs/2206.00364"
CFG_PP = "https://arxiv.org/abs/2406.08070"
DPM = "https://arxiv.org/abs/2206.00927"
DPMPP = "https://arxiv.org/abs/2211.01095"
DEIS = "https://arxiv.org/abs/2204.13902"
PNDM = "https://arxiv.org/abs/2202.09778"
RES = "https://arxiv.org/abs/2308.02157"
GRADIENT = "https://arxiv.org/abs/2306.04848"
SA = "https://arxiv.org/abs/2309.05019"
SEEDS = "https://arxiv.org/abs/2305.14267"
UNI_PC = "https://arxiv.org/abs/2302.04867"
SONG = "https://arxiv.org/abs/2011.13456"
GPU = {"noise_device": "gpu"}
HEUN = {"solver_type": "heun"}


def _solver(
    function: str, paper: str, order: int | None, *, inverts: bool = True, **facts: Any
) -> Sampler:
    """Enter a solver of the probability flow ODE."""
    return Sampler(f"{PACKAGE}.{function}", paper=paper, order=order, inverts=inverts, **facts)


def _noisy(function: str, paper: str, **facts: Any) -> Sampler:
    """Enter a sampler that adds noise."""
    return Sampler(f"{PACKAGE}.{function}", paper=paper, adds_noise=True, **facts)


def _guided(function: str, paper: str, **facts: Any) -> Sampler:
    """Enter a sampler that goes along the unconditional answers."""
    return Sampler(f"{PACKAGE}.{function}", paper=paper, **facts)


SAMPLERS: dict[str, Sampler] = {
    "euler": _solver("euler:euler", KARRAS, 1),
    "euler_cfg_pp": _guided("cfg_pp:euler_cfg_pp", CFG_PP, order=1),
    "euler_ancestral": _noisy("euler:euler_ancestral", SONG, order=1),
    "euler_ancestral_cfg_pp": _noisy("cfg_pp:euler_ancestral_cfg_pp", CFG_PP, order=1),
    "heun": _solver("second_order:heun", KARRAS, 2, calls=2),
    "heunpp2": _solver("second_order:heunpp2", KARRAS, 1, calls=3),
    "dpm_2": _solver("second_order:dpm_2", DPM, 2, calls=2, drops_second_last=True),
    "dpm_2_ancestral": _noisy(
        "second_order:dpm_2_ancestral", DPM, order=2, calls=2, drops_second_last=True
    ),
    "lms": _solver("adams:lms", PNDM, 4),
    "dpm_fast": _solver("dpm_fast:dpm_fast", DPM, 2, inverts=False),
    "dpm_adaptive": _solver("dpm_adaptive:dpm_adaptive", DPM, None, calls=None, inverts=False),
    "dpmpp_2s_ancestral": _noisy("dpmpp:dpmpp_2s_ancestral", DPMPP, order=2, calls=2),
    "dpmpp_2s_ancestral_cfg_pp": _noisy(
        "cfg_pp:dpmpp_2s_ancestral_cfg_pp", CFG_PP, order=2, calls=2
    ),
    "dpmpp_sde": _noisy("dpmpp_sde:dpmpp_sde", DPMPP, order=2, calls=2),
    "dpmpp_sde_gpu": _noisy("dpmpp_sde:dpmpp_sde", DPMPP, order=2, calls=2, preset=GPU),
    "dpmpp_2m": _solver("dpmpp:dpmpp_2m", DPMPP, 2),
    "dpmpp_2m_cfg_pp": _guided("cfg_pp:dpmpp_2m_cfg_pp", CFG_PP, order=2),
    "dpmpp_2m_sde": _noisy("dpmpp_sde:dpmpp_2m_sde", DPMPP, order=2),
    "dpmpp_2m_sde_gpu": _noisy("dpmpp_sde:dpmpp_2m_sde", DPMPP, order=2, preset=GPU),
    "dpmpp_2m_sde_heun": _noisy("dpmpp_sde:dpmpp_2m_sde", DPMPP, order=2, preset=HEUN),
    "dpmpp_2m_sde_heun_gpu": _noisy("dpmpp_sde:dpmpp_2m_sde", DPMPP, order=2, preset=HEUN | GPU),
    "dpmpp_3m_sde": _noisy("dpmpp_sde:dpmpp_3m_sde", DPMPP, order=2),
    "dpmpp_3m_sde_gpu": _noisy("dpmpp_sde:dpmpp_3m_sde", DPMPP, order=2, preset=GPU),
    "ddpm": _noisy("euler:ddpm", "https://arxiv.org/abs/2006.11239"),
    "lcm": _noisy("euler:lcm", "https://arxiv.org/abs/2310.04378"),
    "ipndm": _solver("adams:ipndm", DEIS, 2),
    "ipndm_v": _solver("adams:ipndm_v", DEIS, 2),
    "deis": _solver("deis:deis", DEIS, 3),
    "res_multistep": _solver("res_multistep:res_multistep", RES, 2),
    "res_multistep_cfg_pp": _guided(
        "res_multistep:res_multistep", RES, order=2, preset={"cfg_pp": True}
    ),
    "res_multistep_ancestral": _noisy(
        "res_multistep:res_multistep", RES, order=2, preset={"eta": 1.0}
    ),
    "res_multistep_ancestral_cfg_pp": _noisy(
        "res_multistep:res_multistep", RES, order=2, preset={"eta": 1.0, "cfg_pp": True}
    ),
    "gradient_estimation": _solver("gradient_estimation:gradient_estimation", GRADIENT, 1),
    "gradient_estimation_cfg_pp": _guided(
        "gradient_estimation:gradient_estimation", GRADIENT, order=1, preset={"cfg_pp": True}
    ),
    "er_sde": _noisy("er_sde:er_sde", "https://arxiv.org/abs/2309.06169"),
    "seeds_2": _noisy("seeds:seeds_2", SEEDS, order=2, calls=2),
    "seeds_3": _noisy("seeds:seeds_3", SEEDS, order=3, calls=3),
    "sa_solver": _noisy("sa_solver:sa_solver", SA, order=4),
    "sa_solver_pece": _noisy(
        "sa_solver:sa_solver", SA, order=4, calls=2, preset={"use_pece": True}
    ),
    "ddim": _solver("euler:euler", "https://arxiv.org/abs/2010.02502", 1, renoises_kept=True),
    "uni_pc": _solver("uni_pc:uni_pc", UNI_PC, 4, drops_second_last=True, least_sigma=0.001),
    "uni_pc_bh2": _solver(
        "uni_pc:uni_pc",
        UNI_PC,
        4,
        preset={"variant": "bh2"},
        drops_second_last=True,
        least_sigma=0.001,
    ),
    "plms": _solver("adams:plms", PNDM, 2),
}

"""Options that nobody set have the values their methods were published with."""

import inspect
from typing import Any

import pytest

from engine.diffusion.samplers import SAMPLERS

# Looked up: signatures read in the code of the methods' authors, or of who made their names known;
# ComfyUI's in public copies. k-diffusion's churn, which is 0 unless asked for, is not offered.
K_DIFFUSION = "k-diffusion 0.1.1, k_diffusion/sampling.py"
DIFF_SAMPLER = "zju-pi/diff-sampler, diff-solvers-main/solvers.py"
ER_SDE = "QinpengCui/ER-SDE-Solver, er_sde_solver.py, and SamplerER_SDE in core_nodes.tsv"
SA_SOLVER = "ComfyUI, sample_sa_solver, and SamplerSASolver in core_nodes.tsv"
COMFYUI = "ComfyUI, comfy/k_diffusion/sampling.py"
UNI_PC = "ComfyUI, comfy/extra_samplers/uni_pc.py"
DIFFUSERS = "diffusers, DDIMScheduler.step"
PLMS = "CompVis/stable-diffusion, ldm/models/diffusion/plms.py"
# Not looked up: the method has no option.
HO = "Ho et al. 2020, Algorithm 2"
NOISY = {"eta": 1.0, "s_noise": 1.0}
BROWNIAN = {**NOISY, "noise_device": "cpu"}
ON_DEVICE = {**NOISY, "noise_device": "gpu"}
RES = {"s_noise": 1.0, "cfg_pp": False}
SA = {
    **NOISY,
    "sde_start_percent": 0.2,
    "sde_end_percent": 0.8,
    "predictor_order": 3,
    "corrector_order": 4,
    "simple_order_2": False,
}
#: Sampler -> where its defaults are published, and what they are.
PUBLISHED: dict[str, tuple[str, dict[str, Any]]] = {
    "euler": (K_DIFFUSION, {}),
    "euler_cfg_pp": (COMFYUI, {}),
    "euler_ancestral": (K_DIFFUSION, NOISY),
    "euler_ancestral_cfg_pp": (COMFYUI, NOISY),
    "heun": (K_DIFFUSION, {}),
    "heunpp2": (COMFYUI, {}),
    "dpm_2": (K_DIFFUSION, {}),
    "dpm_2_ancestral": (K_DIFFUSION, NOISY),
    "lms": (K_DIFFUSION, {"order": 4}),
    "dpm_fast": (K_DIFFUSION, {"eta": 0.0, "s_noise": 1.0}),
    "dpm_adaptive": (
        K_DIFFUSION,
        {
            "order": 3,
            "rtol": 0.05,
            "atol": 0.0078,
            "h_init": 0.05,
            "pcoeff": 0.0,
            "icoeff": 1.0,
            "dcoeff": 0.0,
            "accept_safety": 0.81,
            "eta": 0.0,
            "s_noise": 1.0,
        },
    ),
    "dpmpp_2s_ancestral": (K_DIFFUSION, NOISY),
    "dpmpp_2s_ancestral_cfg_pp": (COMFYUI, NOISY),
    "dpmpp_sde": (K_DIFFUSION, {**BROWNIAN, "r": 1 / 2}),
    "dpmpp_sde_gpu": (COMFYUI, {**ON_DEVICE, "r": 1 / 2}),
    "dpmpp_2m": (K_DIFFUSION, {}),
    "dpmpp_2m_cfg_pp": (COMFYUI, {}),
    "dpmpp_2m_sde": (K_DIFFUSION, {**BROWNIAN, "solver_type": "midpoint"}),
    "dpmpp_2m_sde_gpu": (COMFYUI, {**ON_DEVICE, "solver_type": "midpoint"}),
    "dpmpp_2m_sde_heun": (COMFYUI, {**BROWNIAN, "solver_type": "heun"}),
    "dpmpp_2m_sde_heun_gpu": (COMFYUI, {**ON_DEVICE, "solver_type": "heun"}),
    "dpmpp_3m_sde": (K_DIFFUSION, BROWNIAN),
    "dpmpp_3m_sde_gpu": (COMFYUI, ON_DEVICE),
    "ddpm": (HO, {}),
    "lcm": (COMFYUI, {}),
    "ipndm": (DIFF_SAMPLER, {"max_order": 4}),
    "ipndm_v": (DIFF_SAMPLER, {"max_order": 4}),
    "deis": (COMFYUI, {"max_order": 3}),
    "res_multistep": (COMFYUI, {**RES, "eta": 0.0}),
    "res_multistep_cfg_pp": (COMFYUI, {**RES, "eta": 0.0, "cfg_pp": True}),
    "res_multistep_ancestral": (COMFYUI, {**RES, "eta": 1.0}),
    "res_multistep_ancestral_cfg_pp": (COMFYUI, {**RES, "eta": 1.0, "cfg_pp": True}),
    "gradient_estimation": (COMFYUI, {"ge_gamma": 2.0, "cfg_pp": False}),
    "gradient_estimation_cfg_pp": (COMFYUI, {"ge_gamma": 2.0, "cfg_pp": True}),
    "er_sde": (ER_SDE, {**NOISY, "solver_type": "ER-SDE", "max_stage": 3}),
    "seeds_2": (COMFYUI, {**NOISY, "r": 1 / 2}),
    "seeds_3": (COMFYUI, {**NOISY, "r_1": 1 / 3, "r_2": 2 / 3}),
    "sa_solver": (SA_SOLVER, {**SA, "use_pece": False}),
    "sa_solver_pece": (SA_SOLVER, {**SA, "use_pece": True}),
    "ddim": (DIFFUSERS, {}),
    "uni_pc": (UNI_PC, {"variant": "bh1"}),
    "uni_pc_bh2": (UNI_PC, {"variant": "bh2"}),
    "plms": (PLMS, {}),
}


def test_defaults_of_every_sampler_are_looked_up():
    assert list(PUBLISHED) == list(SAMPLERS)


@pytest.mark.parametrize("name", SAMPLERS)
def test_defaults_are_those_that_were_published(name: str):
    sampler = SAMPLERS[name]
    _, *options = inspect.signature(sampler.generator()).parameters.values()

    defaults = {each.name: sampler.preset.get(each.name, each.default) for each in options}

    assert defaults == PUBLISHED[name][1], PUBLISHED[name][0]

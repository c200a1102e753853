"""Nodes that choose a sampler and set its options."""

from typing import Annotated

from engine import Choice, ChosenSampler, Float, Int, Model, Unit, node
from engine.errors import ValueOutOfRange
from nodes.constraints import SamplerName

CATEGORY = "sampling/custom_sampling/samplers"

#: Steps settle at a length that asks for as long a next one; above 1 no such step would be taken.
MOST_ACCEPTED = 1.0

Factor = Annotated[float, Float(default=1.0, min=0.0, max=100.0, step=0.01)]
SmallFactor = Annotated[float, Float(default=1.0, min=0.0, max=10.0, step=0.01)]
Percent = Annotated[float, Float(default=0.2, min=0.0, max=1.0, step=0.001)]
LaterPercent = Annotated[float, Float(default=0.8, min=0.0, max=1.0, step=0.001)]
Middle = Annotated[float, Float(default=0.5, min=0.0, max=100.0, step=0.01)]
NoiseDevice = Annotated[str, Choice(choices=("gpu", "cpu"))]
Solver2M = Annotated[str, Choice(choices=("midpoint", "heun"))]
SolverER = Annotated[str, Choice(choices=("ER-SDE", "Reverse-time SDE", "ODE"))]
Version = Annotated[str, Choice(choices=("regular", "alternative"))]
Order23 = Annotated[int, Int(default=3, min=2, max=3)]
OrderLMS = Annotated[int, Int(default=4, min=1, max=100)]
Stages = Annotated[int, Int(default=3, min=1, max=3)]
Predictor = Annotated[int, Int(default=3, min=1, max=6)]
Corrector = Annotated[int, Int(default=4, min=0, max=6)]
Scale = Annotated[float, Float(default=1.0, min=0.1, max=20.0, step=0.01)]
ScaleSteps = Annotated[int, Int(default=-1, min=-1, max=1000, step=1)]
Method = Annotated[str, Choice(choices=("bislerp", "nearest-exact", "bilinear", "area", "bicubic"))]


@node(category=CATEGORY, title="KSampler Select", id="KSamplerSelect", lane="inline")
def ksampler_select(sampler_name: SamplerName) -> ChosenSampler:
    """Choose a sampler as it is published.

    Args:
        sampler_name: How a step is made; docs/samplers.md tells them apart.
    """
    return ChosenSampler(sampler_name)


@node(category=CATEGORY, title="Sampler Euler Ancestral", id="SamplerEulerAncestral", lane="inline")
def sampler_euler_ancestral(eta: Factor, s_noise: Factor) -> ChosenSampler:
    """Step below the next noise level and add fresh noise up to it.

    Args:
        eta: How much noise is fresh; 0 adds none.
        s_noise: Multiplies the fresh noise.
    """
    return ChosenSampler("euler_ancestral", {"eta": eta, "s_noise": s_noise})


@node(
    category=CATEGORY,
    title="Sampler Euler Ancestral CFG++",
    id="SamplerEulerAncestralCFGPP",
    lane="inline",
)
def sampler_euler_ancestral_cfg_pp(eta: Unit, s_noise: SmallFactor) -> ChosenSampler:
    """Euler ancestral, renoised by the negative answer alone; use a cfg of 1 to 2.

    Args:
        eta: How much noise is fresh; 0 adds none.
        s_noise: Multiplies the fresh noise.
    """
    return ChosenSampler("euler_ancestral_cfg_pp", {"eta": eta, "s_noise": s_noise})


@node(
    category="_for_testing",
    title="Sampler Euler CFG++",
    id="SamplerEulerCFGpp",
    lane="inline",
    experimental=True,
)
def sampler_euler_cfg_pp(version: Version) -> ChosenSampler:
    """Euler, renoised by the negative answer alone; use a cfg of 1 to 2.

    Args:
        version: "alternative" goes beyond the guided answer.
    """
    is_regular = version == "regular"
    return ChosenSampler("euler_cfg_pp" if is_regular else "euler_cfg_pp_alternative")


@node(category=CATEGORY, title="Sampler LMS", id="SamplerLMS", lane="inline")
def sampler_lms(order: OrderLMS) -> ChosenSampler:
    """Follow a polynomial through the last answers.

    Args:
        order: How many answers.
    """
    return ChosenSampler("lms", {"order": order})


@node(
    category=CATEGORY,
    title="Sampler DPM++ 2S Ancestral",
    id="SamplerDPMPP_2S_Ancestral",
    lane="inline",
)
def sampler_dpmpp_2s_ancestral(eta: Factor, s_noise: Factor) -> ChosenSampler:
    """Two calls a step, with fresh noise.

    Args:
        eta: How much noise is fresh; 0 adds none.
        s_noise: Multiplies the fresh noise.
    """
    return ChosenSampler("dpmpp_2s_ancestral", {"eta": eta, "s_noise": s_noise})


@node(category=CATEGORY, title="Sampler DPM++ SDE", id="SamplerDPMPP_SDE", lane="inline")
def sampler_dpmpp_sde(
    eta: Factor, s_noise: Factor, r: Middle, noise_device: NoiseDevice
) -> ChosenSampler:
    """Two calls a step, with noise along a Brownian path.

    Args:
        eta: How much noise is fresh; 0 adds none.
        s_noise: Multiplies the fresh noise.
        r: Where in the step the second call lies.
        noise_device: "cpu" draws the same noise on every machine.
    """
    if r <= 0:
        raise ValueOutOfRange("The second call lies at r = 0, where the first is. Use more.")
    options = {"eta": eta, "s_noise": s_noise, "r": r, "noise_device": noise_device}
    return ChosenSampler("dpmpp_sde", options)


@node(category=CATEGORY, title="Sampler DPM++ 2M SDE", id="SamplerDPMPP_2M_SDE", lane="inline")
def sampler_dpmpp_2m_sde(
    solver_type: Solver2M, eta: Factor, s_noise: Factor, noise_device: NoiseDevice
) -> ChosenSampler:
    """One call a step, with the last two answers and noise along a Brownian path.

    Args:
        solver_type: How the two answers are weighed.
        eta: How much noise is fresh; 0 adds none.
        s_noise: Multiplies the fresh noise.
        noise_device: "cpu" draws the same noise on every machine.
    """
    options = {
        "solver_type": solver_type,
        "eta": eta,
        "s_noise": s_noise,
        "noise_device": noise_device,
    }
    return ChosenSampler("dpmpp_2m_sde", options)


@node(category=CATEGORY, title="Sampler DPM++ 3M SDE", id="SamplerDPMPP_3M_SDE", lane="inline")
def sampler_dpmpp_3m_sde(eta: Factor, s_noise: Factor, noise_device: NoiseDevice) -> ChosenSampler:
    """One call a step, with the last three answers and noise along a Brownian path.

    Args:
        eta: How much noise is fresh; 0 adds none.
        s_noise: Multiplies the fresh noise.
        noise_device: "cpu" draws the same noise on every machine.
    """
    options = {"eta": eta, "s_noise": s_noise, "noise_device": noise_device}
    return ChosenSampler("dpmpp_3m_sde", options)


@node(category=CATEGORY, title="Sampler DPM Adaptive", id="SamplerDPMAdaptative", lane="inline")
def sampler_dpm_adaptive(
    order: Order23,
    rtol: Factor = 0.05,
    atol: Factor = 0.0078,
    h_init: Factor = 0.05,
    pcoeff: Factor = 0.0,
    icoeff: Factor = 1.0,
    dcoeff: Factor = 0.0,
    accept_safety: Factor = 0.81,
    eta: Factor = 0.0,
    s_noise: Factor = 1.0,
) -> ChosenSampler:
    """Choose the length of each step by its error; the levels' number does not matter.

    Args:
        order: Of the more exact of the two results that are compared.
        rtol: Error allowed, as a part of the sample's values.
        atol: Error allowed in any case.
        h_init: The first step tried, in log noise.
        pcoeff: Weight of the last error when the next step is chosen.
        icoeff: Weight of this error.
        dcoeff: Weight of how the error changes.
        accept_safety: A step that asks for a shorter one than this part of it is tried again.
        eta: How much noise is fresh; 0 adds none.
        s_noise: Multiplies the fresh noise.
    """
    if h_init <= 0 or max(rtol, atol) <= 0 or accept_safety > MOST_ACCEPTED:
        raise ValueOutOfRange(
            f"The end may never be reached with h_init {h_init:g}, rtol {rtol:g}, atol {atol:g} "
            f"and accept_safety {accept_safety:g}. Begin with a step and a tolerance above 0, and "
            f"accept at {MOST_ACCEPTED:g} or less."
        )
    options = {
        "order": order,
        "rtol": rtol,
        "atol": atol,
        "h_init": h_init,
        "pcoeff": pcoeff,
        "icoeff": icoeff,
        "dcoeff": dcoeff,
        "accept_safety": accept_safety,
        "eta": eta,
        "s_noise": s_noise,
    }
    return ChosenSampler("dpm_adaptive", options)


@node(category=CATEGORY, title="Sampler ER-SDE", id="SamplerER_SDE", lane="inline")
def sampler_er_sde(
    solver_type: SolverER, max_stage: Stages, eta: Factor, s_noise: Factor
) -> ChosenSampler:
    """Step along a reverse-time SDE made for large steps.

    Args:
        solver_type: Which of its family; "ODE" adds no noise.
        max_stage: The highest order of a step.
        eta: How much noise the "Reverse-time SDE" renews.
        s_noise: Multiplies the fresh noise.
    """
    options = {
        "solver_type": solver_type,
        "max_stage": max_stage,
        "eta": eta,
        "s_noise": s_noise,
    }
    return ChosenSampler("er_sde", options)


@node(category=CATEGORY, title="Sampler SA-Solver", id="SamplerSASolver", lane="inline")
def sampler_sa_solver(
    model: Model,
    eta: SmallFactor,
    sde_start_percent: Percent,
    sde_end_percent: LaterPercent,
    s_noise: Factor,
    predictor_order: Predictor,
    corrector_order: Corrector,
    use_pece: bool,
    simple_order_2: bool,
) -> ChosenSampler:
    """Predict and correct along several answers, with noise in the middle of the schedule.

    Args:
        model: For workflows made elsewhere; the parts are of the model that is sampled.
        eta: How much noise is fresh; 0 adds none.
        sde_start_percent: Part of the schedule from where noise is added.
        sde_end_percent: Part of the schedule from where none is added any more.
        s_noise: Multiplies the fresh noise.
        predictor_order: How many answers predict.
        corrector_order: How many answers correct; 0 does not correct.
        use_pece: Ask again about the corrected sample; twice the calls.
        simple_order_2: Weigh two answers in the simpler way.
    """
    options = {
        "eta": eta,
        "sde_start_percent": sde_start_percent,
        "sde_end_percent": sde_end_percent,
        "s_noise": s_noise,
        "predictor_order": predictor_order,
        "corrector_order": corrector_order,
        "use_pece": use_pece,
        "simple_order_2": simple_order_2,
    }
    return ChosenSampler("sa_solver", options)


@node(category=CATEGORY, title="Sampler LCM Upscale", id="SamplerLCMUpscale", lane="inline")
def sampler_lcm_upscale(
    scale_ratio: Scale, scale_steps: ScaleSteps, upscale_method: Method
) -> ChosenSampler:
    """Enlarge the latent while a model for few steps (LCM) paints it.

    Args:
        scale_ratio: Sides of the result to those of the latent.
        scale_steps: In how many of the first steps it grows; -1 is the first half.
        upscale_method: "bislerp" keeps the contrast.
    """
    options = {
        "scale_ratio": scale_ratio,
        "scale_steps": scale_steps,
        "upscale_method": upscale_method,
    }
    return ChosenSampler("lcm_upscale", options)

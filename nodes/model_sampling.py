"""Nodes that say how a diffusion model was trained: its noise levels and what it predicts."""

from typing import Annotated

from engine import Bool, Choice, Float, Int, Model, node

CATEGORY = "advanced/model"

DiscretePrediction = Annotated[
    str, Choice(choices=("eps", "v_prediction", "lcm", "x0", "img_to_img"))
]
EdmPrediction = Annotated[
    str, Choice(choices=("v_prediction", "edm", "edm_playground_v2.5", "eps", "cosmos_rflow"))
]
VPrediction = Annotated[str, Choice(choices=("v_prediction",))]
Switch = Annotated[bool, Bool(default=False)]
Level = Annotated[float, Float(min=0.0, max=1000.0, step=0.001, round=False)]
Betas = Annotated[str, Choice(choices=("scaled_linear", "linear", "squaredcos_cap_v2"))]
Prediction = Annotated[str, Choice(choices=("eps", "v", "x0"))]
Variance = Annotated[float, Float(min=1e-6, max=0.999, step=0.00001, round=False)]
TrainingSteps = Annotated[int, Int(default=1000, min=2, max=100_000)]


@node(
    category=CATEGORY, title="Model Sampling (Discrete)", id="ModelSamplingDiscrete", lane="inline"
)
def model_sampling_discrete(model: Model, sampling: DiscretePrediction, zsnr: Switch) -> Model:
    """Say what a model predicts, for one whose file does not.

    Args:
        model: The diffusion model.
        sampling: Noise, velocity, noise of a latent consistency model, or the clean latent, of a
            network whose input is scaled or is not.
        zsnr: The model was trained down to no signal at all.
    """
    return model.with_patch("ModelSamplingDiscrete", sampling=sampling, zsnr=zsnr)


@node(
    category=CATEGORY,
    title="Model Sampling (Continuous EDM)",
    id="ModelSamplingContinuousEDM",
    lane="inline",
)
def model_sampling_continuous_edm(
    model: Model, sampling: EdmPrediction, sigma_max: Level = 120.0, sigma_min: Level = 0.002
) -> Model:
    """Say what a model predicts that was trained at any noise level.

    Args:
        model: The diffusion model.
        sampling: Velocity, the output of an EDM network, noise, or a flow scaled to EDM's levels.
        sigma_max: Largest noise level.
        sigma_min: Smallest noise level.
    """
    return model.with_patch(
        "ModelSamplingContinuousEDM", sampling=sampling, sigma_max=sigma_max, sigma_min=sigma_min
    )


@node(
    category=CATEGORY,
    title="Model Sampling (Continuous V)",
    id="ModelSamplingContinuousV",
    lane="inline",
)
def model_sampling_continuous_v(
    model: Model, sampling: VPrediction, sigma_max: Level = 500.0, sigma_min: Level = 0.03
) -> Model:
    """Say that a model predicts the velocity and takes an angle for time.

    Args:
        model: The diffusion model.
        sampling: Velocity.
        sigma_max: Largest noise level.
        sigma_min: Smallest noise level.
    """
    return model.with_patch(
        "ModelSamplingContinuousV", sampling=sampling, sigma_max=sigma_max, sigma_min=sigma_min
    )


@node(category=CATEGORY, title="Beta Schedule", id="SfumatoBetaSchedule", lane="inline")
def beta_schedule(
    model: Model,
    schedule: Betas,
    prediction: Prediction,
    start: Variance = 0.00085,
    end: Variance = 0.012,
    steps: TrainingSteps = 1000,
    zero_snr: Switch = False,
) -> Model:
    """Say how much noise a model's training added at each step, and what it predicts.

    Args:
        model: The diffusion model.
        schedule: How the variances are spaced: their roots evenly, evenly, or so that the signal
            falls along a squared cosine, for which the first and the last do not matter.
        prediction: Noise, velocity or the clean latent.
        start: Variance of the first step.
        end: Variance of the last step.
        steps: How many steps the training had.
        zero_snr: The last step leaves no signal at all.
    """
    return model.with_patch(
        "BetaSchedule",
        schedule=schedule,
        prediction=prediction,
        start=start,
        end=end,
        steps=steps,
        zero_snr=zero_snr,
    )

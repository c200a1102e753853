"""Nodes that say how a diffusion model computes, not what."""

from typing import Annotated

from engine import Choice, Context, Model, lazy, node

compiling = lazy("engine.diffusion.unet.compiled")
patching = lazy("engine.diffusion.patches.patching")

Dtype = Annotated[str, Choice(choices=("default", "fp32", "fp16", "bf16"))]
Backend = Annotated[str, Choice(choices=("inductor", "cudagraphs"))]


@node(
    category="advanced/debug/model", title="Model Compute Dtype", id="ModelComputeDtype", lane="cpu"
)
def compute_dtype(model: Model, dtype: Dtype) -> Model:
    """Choose the number format in which a model is read and computes.

    Args:
        dtype: fp32 is exact, fp16 and bf16 take half the memory; default is that of the engine.
    """
    return patching.with_compute_dtype(model, dtype)


@node(
    category="_for_testing",
    title="Compile Model (torch)",
    id="TorchCompileModel",
    lane="cpu",
    experimental=True,
)
def compile_model(model: Model, ctx: Context, backend: Backend) -> Model:
    """Compile the model when it first answers: that takes minutes, and later steps take less time.

    Steps that another patch of the model changes are computed without.

    Args:
        backend: inductor needs a compiler; cudagraphs an NVIDIA GPU.
    """
    compiling.check_backend(backend, ctx.runtime.devices.kind)
    return patching.with_compiling(model, backend)

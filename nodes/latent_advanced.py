"""Nodes that add, mix, join and change latents, and keep them in files."""

from typing import Annotated

from engine import (
    BatchSize,
    Choice,
    Context,
    FileChoice,
    Float,
    Int,
    Latent,
    LatentOperation,
    NodeResult,
    Text,
    lazy,
    node,
)
from engine.diffusion.imaging.output_names import files_of
from engine.widgets import SIZE_MAX
from nodes.constraints import Sigma

files = lazy("engine.diffusion.latent.latent_files")
geometry = lazy("engine.diffusion.latent.latent_geometry")
mixing = lazy("engine.diffusion.latent.latent_mixing")
operations = lazy("engine.diffusion.latent.latent_operations")
pictures = lazy("engine.diffusion.imaging.pictures")

SUFFIX = ".latent"
LATENT = FileChoice(kind="input", suffixes=frozenset({SUFFIX}))

LatentFile = Annotated[str, LATENT]
Factor = Annotated[float, Float(default=1.0, min=-10.0, max=10.0, step=0.01)]
Ratio = Annotated[float, Float(default=1.0, min=0.0, max=1.0, step=0.01)]
Half = Annotated[float, Float(default=0.5, min=0, max=1, step=0.01)]
Behavior = Annotated[str, Choice(choices=("random", "fixed"), default="fixed")]
Beside = Annotated[str, Choice(choices=("x", "-x", "y", "-y", "t", "-t"))]
Along = Annotated[str, Choice(choices=("x", "y", "t"))]
Index = Annotated[int, Int(default=0, min=-SIZE_MAX, max=SIZE_MAX)]
Amount = Annotated[int, Int(default=1, min=1, max=SIZE_MAX)]
Radius = Annotated[int, Int(default=9, min=1, max=31)]
Sharpness = Annotated[float, Float(default=0.1, min=0.0, max=5.0, step=0.01)]
Brightness = Annotated[float, Float(default=1.0, min=0.0, max=100.0, step=0.01)]
Prefix = Annotated[str, Text(default="latents/ComfyUI")]


@node(category="latent/advanced", title="Latent Add", id="LatentAdd")
def add(samples1: Latent, samples2: Latent) -> Latent:
    """Add two latents.

    Args:
        samples2: Cut, resized and repeated to the first.
    """
    return mixing.added(samples1, samples2)


@node(category="latent/advanced", title="Latent Subtract", id="LatentSubtract")
def subtract(samples1: Latent, samples2: Latent) -> Latent:
    """Take one latent from another.

    Args:
        samples2: What is taken; cut, resized and repeated to the first.
    """
    return mixing.subtracted(samples1, samples2)


@node(category="latent/advanced", title="Latent Multiply", id="LatentMultiply")
def multiply(samples: Latent, multiplier: Factor) -> Latent:
    """Multiply a latent by a number.

    Args:
        multiplier: 0 empties it, 1 changes nothing.
    """
    return mixing.multiplied(samples, multiplier)


@node(category="latent/advanced", title="Latent Interpolate", id="LatentInterpolate")
def interpolate(samples1: Latent, samples2: Latent, ratio: Ratio) -> Latent:
    """Mix two latents without making the mixture weaker than either.

    Args:
        samples2: Cut, resized and repeated to the first.
        ratio: 1 is the first, 0 the second.
    """
    return mixing.interpolated(samples1, samples2, ratio)


@node(category="_for_testing", title="Latent Blend", id="LatentBlend")
def blend(samples1: Latent, samples2: Latent, blend_factor: Half) -> Latent:
    """Mix two latents value by value.

    Args:
        samples2: Cut, resized and repeated to the first.
        blend_factor: 1 is the first, 0 the second.
    """
    return mixing.blended(samples1, samples2, blend_factor)


@node(category="latent/batch", title="Latent Batch", id="LatentBatch")
def batch(samples1: Latent, samples2: Latent) -> Latent:
    """Put two batches of latents behind each other.

    Args:
        samples2: Cut and resized to the first.
    """
    return mixing.batched(samples1, samples2)


@node(category="latent/advanced", title="Latent Batch Seed Behavior", id="LatentBatchSeedBehavior")
def batch_seed_behavior(samples: Latent, seed_behavior: Behavior) -> Latent:
    """Say whether the latents of a batch get noise of their own or all the same.

    Args:
        seed_behavior: "fixed" gives all of them the noise of the first.
    """
    if seed_behavior == "fixed":
        return mixing.with_noise_of_one(samples)
    return mixing.with_noise_of_its_own(samples)


@node(category="latent/batch", title="Rebatch Latents", id="RebatchLatents")
def rebatch(latents: list[Latent], batch_size: list[BatchSize]) -> list[Latent]:
    """Cut all latents of a list anew into batches of one size.

    Args:
        latents: Batches of any length; where the size of latents changes, a batch ends.
        batch_size: How many latents a batch gets; the last one may be shorter.
    """
    return geometry.rebatched(latents, batch_size[0])


@node(category="latent/advanced", title="Latent Concat", id="LatentConcat")
def concat(samples1: Latent, samples2: Latent, dim: Beside) -> Latent:
    """Put one latent beside another.

    Args:
        samples2: Must have the same other sides; repeated to the first's batch.
        dim: "x" puts it at the right, "y" below, "t" behind; a minus puts it before.
    """
    return mixing.concatenated(samples1, samples2, dim)


@node(category="latent/advanced", title="Latent Cut", id="LatentCut")
def cut(samples: Latent, dim: Along, index: Index, amount: Amount) -> Latent:
    """Take a strip out of a latent.

    Args:
        dim: Along which it is counted: "x" across, "y" down, "t" in time.
        index: The first cell; negative ones count from the end.
        amount: How many cells.
    """
    return geometry.cut(samples, dim, index, amount)


@node(
    category="latent/advanced/operations",
    title="Latent Apply Operation",
    id="LatentApplyOperation",
    experimental=True,
)
def apply_operation(samples: Latent, operation: LatentOperation) -> Latent:
    """Put a latent through an operation."""
    return samples.with_samples(operations.apply_operation(operation, samples.samples))


@node(
    category="latent/advanced/operations",
    title="Latent Operation Sharpen",
    id="LatentOperationSharpen",
    lane="inline",
    experimental=True,
)
def operation_sharpen(sharpen_radius: Radius, sigma: Sigma, alpha: Sharpness) -> LatentOperation:
    """Strengthen the fine parts of a latent.

    Args:
        sharpen_radius: Cells; what is finer is strengthened.
        sigma: How the weight falls off to there.
        alpha: How much.
    """
    given = {"sharpen_radius": sharpen_radius, "sigma": sigma, "alpha": alpha}
    return LatentOperation("sharpen", given)


@node(
    category="latent/advanced/operations",
    title="Latent Operation Tonemap Reinhard",
    id="LatentOperationTonemapReinhard",
    lane="inline",
    experimental=True,
)
def operation_tonemap_reinhard(multiplier: Brightness) -> LatentOperation:
    """Press what is too strong in a latent together.

    Args:
        multiplier: Less presses more.
    """
    return LatentOperation("tonemap_reinhard", {"multiplier": multiplier})


@node(category="_for_testing", title="Save Latent", id="SaveLatent", output=True, lane="io")
def save_latent(samples: Latent, ctx: Context, filename_prefix: Prefix) -> NodeResult:
    """Write a latent to the output folder, with the workflow inside; a noise mask is left out.

    Args:
        filename_prefix: As that of Save Image.
    """
    numbered = files_of(ctx, "output", filename_prefix)
    texts = pictures.graph_texts(ctx.prompt, ctx.extra_pnginfo)
    path = numbered.write(files.encode_latent(samples, texts), SUFFIX)
    ctx.wrote(path)
    shown = {"filename": path.name, "subfolder": numbered.subfolder, "type": "output"}
    return NodeResult(ui={"latents": [shown]})


@node(category="_for_testing", title="Load Latent", id="LoadLatent", lane="io")
def load_latent(latent: LatentFile, ctx: Context) -> Latent:
    """Read a latent that was saved before.

    Args:
        latent: A file in the input folder; ` [output]` behind it names another folder.
    """
    return files.load_latent(LATENT.locate(latent, ctx.folders))

"""A diffusion model as a function from a noisy latent to its guess of the clean one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.diffusion.control.applied import all_added
from engine.diffusion.unet.network_patches import Pass, changed
from engine.errors import ModelError

if TYPE_CHECKING:
    from diffusers import UNet2DConditionModel

    from engine.diffusion.denoising.evaluation import Given
    from engine.diffusion.levels.parameterisation import Parameterisation


@dataclass(frozen=True, eq=False)
class Denoiser:
    """A U-Net behind the parameterisation it was trained with.

    Everything outside the network is float32; inside it is the network's own dtype.

    Attributes:
        latent_scale: the autoencoder's latents times this are what the network knows.
        latent_channels: channels of a latent.
        remembers: whether an answer depends on earlier calls.
    """

    unet: UNet2DConditionModel
    parameterisation: Parameterisation
    latent_scale: float
    latent_channels: int
    remembers: bool = False

    @property
    def extra_channels(self) -> int:
        """How many channels the network takes beside the latent's."""
        return self.unet.config["in_channels"] - self.latent_channels

    @property
    def device(self) -> torch.device:
        """Where the network's weights are."""
        return self.unet.device

    def __call__(self, x: Tensor, sigma: Tensor, given: Given) -> Tensor:
        """Return the clean latent that the network sees in `x`, by one forward pass.

        Args:
            x: (N, C, h, w) samples at noise level `sigma`, on the latent scale of the network.
            sigma: (N,) noise levels.
            given: what it is told and changed by.

        Returns:
            (N, C, h, w) float32.

        Raises:
            ModelError: the network takes another number of channels, or texts of another width.
        """
        self._check(x, given)
        dtype, device = self.unet.dtype, self.device
        scale = self.parameterisation.input_scale(sigma).view(-1, 1, 1, 1)
        scaled, context = (x * scale).to(device, dtype), given.context.to(device, dtype)
        time = self.parameterisation.timestep(sigma).to(device)
        with changed(self.unet, given.changes, Pass(x, sigma, self.parameterisation)):
            (output,) = self.unet(
                self._inputs(scaled, given),
                time,
                encoder_hidden_states=context,
                **all_added(given.controls, scaled, time, context, given.batches or (len(x),)),
                return_dict=False,
            )
        return self.parameterisation.denoised(output.to(x.device, torch.float32), x, sigma)

    def _inputs(self, scaled: Tensor, given: Given) -> Tensor:
        if given.channels is None:
            return scaled
        return torch.cat([scaled, given.channels.to(scaled)], 1)

    def _check(self, x: Tensor, given: Given) -> None:
        width = self.unet.config["cross_attention_dim"]
        if x.shape[1] != self.latent_channels:
            raise ModelError(
                f"This diffusion model takes latents of {self.latent_channels} channels, but the "
                f"latent has {x.shape[1]}. Encode with the VAE that belongs to the model."
            )
        if given.context.shape[-1] != width:
            raise ModelError(
                f"This diffusion model takes texts encoded {width} numbers wide, but the "
                f"conditioning is {given.context.shape[-1]} wide. Use the text encoder of its own "
                "file."
            )

"""What the shapes of Stable Diffusion 1.x networks say about how they are built. Knows no torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.diffusion.families.shapes import Shapes


def unet_config(shapes: Shapes) -> dict[str, Any]:
    """Return what the shapes of a U-Net tell, as `UNet2DConditionModel` names it."""
    levels = range(shapes.count("down_blocks."))
    return encoder_config(shapes) | {
        "out_channels": shapes.size("conv_out.weight", 0),
        "up_block_types": [_block(shapes, f"up_blocks.{level}.", "UpBlock2D") for level in levels],
    }


def encoder_config(shapes: Shapes) -> dict[str, Any]:
    """Return what the shapes of a U-Net's first half tell; a ControlNet has no other."""
    levels = range(shapes.count("down_blocks."))
    keys = shapes.first(r".*\.attn2\.to_k\.weight") or "attn2.to_k.weight"
    return {
        "in_channels": shapes.size("conv_in.weight", 1),
        "block_out_channels": [
            shapes.size(f"down_blocks.{level}.resnets.0.conv1.weight", 0) for level in levels
        ],
        "layers_per_block": shapes.count("down_blocks.0.resnets."),
        "cross_attention_dim": shapes.size(keys, 1),
        "down_block_types": [
            _block(shapes, f"down_blocks.{level}.", "DownBlock2D") for level in levels
        ],
    }


def _block(shapes: Shapes, start: str, plain: str) -> str:
    return f"CrossAttn{plain}" if shapes.has(f"{start}attentions.") else plain


def vae_config(shapes: Shapes) -> dict[str, Any]:
    """Return what the shapes of an autoencoder tell, as `AutoencoderKL` names it."""
    levels = range(shapes.count("encoder.down_blocks."))
    return {
        "in_channels": shapes.size("encoder.conv_in.weight", 1),
        "out_channels": shapes.size("decoder.conv_out.weight", 0),
        "latent_channels": shapes.size("decoder.conv_in.weight", 1),
        "block_out_channels": [
            shapes.size(f"encoder.down_blocks.{level}.resnets.0.conv1.weight", 0)
            for level in levels
        ],
        "layers_per_block": shapes.count("encoder.down_blocks.0.resnets."),
        "down_block_types": ["DownEncoderBlock2D" for _ in levels],
        "up_block_types": ["UpDecoderBlock2D" for _ in levels],
        "mid_block_add_attention": shapes.has("decoder.mid_block.attentions."),
        "use_quant_conv": shapes.has("quant_conv."),
        "use_post_quant_conv": shapes.has("post_quant_conv."),
    }


def text_encoder_config(shapes: Shapes) -> dict[str, Any]:
    """Return what the shapes of a text encoder tell, as `CLIPTextConfig` names it."""
    return {
        "vocab_size": shapes.size("embeddings.token_embedding.weight", 0),
        "hidden_size": shapes.size("embeddings.token_embedding.weight", 1),
        "max_position_embeddings": shapes.size("embeddings.position_embedding.weight", 0),
        "num_hidden_layers": shapes.count("encoder.layers."),
        "intermediate_size": shapes.size("encoder.layers.0.mlp.fc1.weight", 0),
    }

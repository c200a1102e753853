"""What the original Stable Diffusion layout and the libraries call the same modules.

One table for the way there and the way back. Knows no torch.
"""

from __future__ import annotations

from collections.abc import Mapping

#: All tables: the libraries' name -> the original one.
Table = Mapping[str, str]

UNET: Table = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
}
UNET_RESNET: Table = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
VAE: Table = {
    "conv_norm_out": "norm_out",
    "mid_block.resnets.0": "mid.block_1",
    "mid_block.resnets.1": "mid.block_2",
    "mid_block.attentions.0": "mid.attn_1",
}
VAE_RESNET: Table = {"conv_shortcut": "nin_shortcut"}
VAE_ATTENTION: Table = {
    "group_norm": "norm",
    "to_q": "q",
    "to_k": "k",
    "to_v": "v",
    "to_out.0": "proj_out",
}


def turned_round(table: Table) -> dict[str, str]:
    """Return a table for the other way."""
    return {other: start for start, other in table.items()}


def replaced(name: str, table: Table) -> str:
    """Exchange the start of a name, up to a dot or its end, if the table has it."""
    for start, other in table.items():
        if name == start or name.startswith(f"{start}."):
            return other + name[len(start) :]
    return name

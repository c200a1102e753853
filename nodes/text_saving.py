"""Nodes that keep texts in files."""

from typing import Annotated, NamedTuple

from engine import Choice, Context, MultilineText, NodeResult, node
from engine.diffusion.imaging.output_names import files_of
from nodes.constraints import Prefix

Format = Annotated[str, Choice(choices=("txt", "md", "json"))]


class Saved(NamedTuple):
    """What was saved, as it came."""

    text: str


@node(category="utils", title="Save Text", id="SaveText", output=True, lane="io")
def save_text(
    text: MultilineText,
    ctx: Context,
    filename_prefix: Prefix,
    format: Format,  # noqa: A002 ComfyUI's
) -> NodeResult[Saved]:
    """Write a text to the output folder.

    Args:
        filename_prefix: As that of Save Image.
        format: What the file's name ends in; the text is written as it is.
    """
    files = files_of(ctx, "output", filename_prefix)
    path = files.write(text.encode("utf-8", "replace"), f".{format}")
    ctx.wrote(path)
    shown = {"filename": path.name, "subfolder": files.subfolder, "type": "output"}
    return NodeResult(Saved(text), ui={"text": [text], "files": [shown]})

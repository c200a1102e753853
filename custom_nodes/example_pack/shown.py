"""Nodes that show and write: reasons to run."""

from typing import Annotated

from engine import Context, FileChoice, NodeResult, Text, node

CATEGORY = "example/shown"


@node(category=CATEGORY, title="Example Show Words", output=True)
def example_show_words(text: Annotated[str, Text(multiline=True)]) -> NodeResult[list[str]]:
    """Show the words of a text and give them as a list."""
    words = text.split()
    return NodeResult((words,), ui={"text": words})


@node(category=CATEGORY, title="Example Write Text", output=True, lane="io")
def example_write_text(text: str, ctx: Context) -> NodeResult[str]:
    """Write a text into the output folder."""
    path = ctx.folders.output / "example.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    ctx.wrote(path)
    item = {"filename": path.name, "subfolder": "", "type": "output"}
    return NodeResult((text,), ui={"files": [item]})


@node(category=CATEGORY, title="Example Palette", lane="io")
def example_palette(name: Annotated[str, FileChoice(kind="example_palettes")], ctx: Context) -> str:
    """Read a file of a kind that this pack adds; a changed file is read again."""
    return ctx.folders.find("example_palettes", name).read_text(encoding="utf-8")

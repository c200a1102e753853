"""`packs new NAME`: a pack with a node and a test, ready to run."""

from __future__ import annotations

import keyword
from pathlib import Path

from engine.errors import PackError

_INIT = '''"""Nodes of {name}."""

from engine import Image, Unit, node


@node(category="{name}", title="{title} Fade")
def fade(image: Image, amount: Unit = 0.5) -> Image:
    """Mix a picture with white.

    Args:
        amount: 0 keeps the picture, 1 is white.
    """
    return image + (1 - image) * amount
'''

_TEST = '''"""Run with: python -m pytest custom_nodes/{name}"""

from engine.testing import picture, run_node


def test_fading_fully_gives_white():
    assert run_node("{type}Fade", image=picture(), amount=1.0)[0].min() == 1
'''


def new_pack(folder: Path, name: str) -> list[Path]:
    """Write a pack into a folder of packs and return its files.

    Raises:
        PackError: the name is no identifier or is taken, or the folder cannot be written.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise PackError(
            f'"{name}" cannot name a pack. Use letters, digits and _, such as "my_nodes".'
        )
    home = folder / name
    taken = next((path for path in (home, folder / f"{name}.py") if path.exists()), None)
    if taken is not None:
        raise PackError(f'There is already "{taken}". Choose another name.')
    words = name.replace("_", " ").title()
    names = {"name": name, "title": words, "type": words.replace(" ", "")}
    texts = {"__init__.py": _INIT, f"test_{name}.py": _TEST}
    try:
        home.mkdir(parents=True)
        for file, text in texts.items():
            (home / file).write_text(text.format(**names), encoding="utf-8")
    except OSError as problem:
        reason = problem.strerror or problem
        raise PackError(f'"{home}" can not be written: {reason}.') from problem
    return [home / file for file in texts]

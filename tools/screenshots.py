"""Photographs the editor in every state that is worth a look, with the built-in model.

python -m tools.screenshots                       the few of the README, into docs/screenshots
python -m tools.screenshots --all FOLDER          every state, at three sizes, dark and light
python -m tools.screenshots --all FOLDER --only palette keys --sizes phone --language zh-CN
"""

from __future__ import annotations

import argparse
import io
import tempfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from engine.workflow import HOME
from tests.browser import states
from tests.browser.editor import Editor
from tests.browser.serving import CHROMIUM, served

DOCS = HOME / "docs/screenshots"
SIZES = {"1440": (1440, 900), "1920": (1920, 1080), "phone": (390, 844)}
THEMES: tuple[Literal["dark", "light"], ...] = ("dark", "light")
#: Of the README: name -> state, size, theme.
FEW = {
    "form": ("form-result", "1440", "light"),
    "graph": ("graph-result", "1440", "dark"),
    "palette": ("palette", "1440", "dark"),
    "thousand": ("thousand", "1440", "dark"),
    "phone": ("form-result", "phone", "dark"),
}
FEW_WIDTH = 1200
#: Animations and late answers.
SETTLE_MS = 700


@contextmanager
def opened(running: str | None) -> Generator[tuple[str, Browser]]:
    """Open a browser and, unless one runs already, a server with a few pictures made."""
    arguments = ["--no-sandbox", "--disable-gpu"]
    with ExitStack() as stack:
        if not running:
            base = stack.enter_context(tempfile.TemporaryDirectory())
            running = stack.enter_context(served(Path(base)))
            states.fill_gallery(running)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield running, browser
        browser.close()


def shots(
    server: str, browser: Browser, name: str, size: str, options: argparse.Namespace
) -> Iterator[tuple[str, bytes]]:
    """Bring a fresh page into a state; take it in both themes."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=size == "phone",
        is_mobile=size == "phone",
        device_scale_factor=2 if size == "phone" else 1,
        locale=options.language,
        contrast="more" if options.contrast else "no-preference",
        forced_colors="active" if options.forced else "none",
        reduced_motion="reduce",
        bypass_csp=True,
    )
    editor = Editor(context.new_page(), server)
    editor.page.emulate_media(color_scheme=THEMES[0])
    try:
        states.STATES[name](editor)
        editor.page.wait_for_timeout(SETTLE_MS)
        for theme in THEMES:
            editor.page.emulate_media(color_scheme=theme)
            editor.page.wait_for_timeout(150)
            yield theme, editor.page.screenshot()
    finally:
        for each in editor.errors:
            print(f"{name} {size}: {each}")
        context.close()
        states.end_jobs(server)


def take_all(folder: Path, options: argparse.Namespace) -> None:
    """Take every state that is asked for, in both themes."""
    folder.mkdir(parents=True, exist_ok=True)
    with opened(options.server) as (server, browser):
        for name in options.only or states.STATES:
            for size in options.sizes:
                try:
                    for theme, image in shots(server, browser, name, size, options):
                        (folder / f"{name}-{size}-{theme}.png").write_bytes(image)
                except Exception as problem:  # noqa: BLE001 - the others are wanted all the same
                    print(f"{name} {size}: {problem}")


def take_few(options: argparse.Namespace) -> None:
    """Take those of the README, small."""
    DOCS.mkdir(parents=True, exist_ok=True)
    with opened(options.server) as (server, browser):
        for target, (name, size, wanted) in FEW.items():
            for theme, image in shots(server, browser, name, size, options):
                if theme == wanted:
                    shrink(image).save(DOCS / f"{target}.webp", quality=80, method=6)


def shrink(image: bytes) -> Image.Image:
    """Return a picture no wider than the README shows it."""
    picture = Image.open(io.BytesIO(image)).convert("RGB")
    picture.thumbnail((FEW_WIDTH, 2 * FEW_WIDTH), Image.Resampling.LANCZOS)
    return picture


def main(arguments: Sequence[str] | None = None) -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every state, into this folder")
    parser.add_argument("--only", nargs="+", choices=states.STATES, help="these states")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--server", metavar="ADDRESS", help="one that runs already")
    parser.add_argument("--language", default="en")
    parser.add_argument("--contrast", action="store_true", help="prefers more contrast")
    parser.add_argument("--forced", action="store_true", help="the system's own colours")
    options = parser.parse_args(arguments)
    take_all(options.all, options) if options.all else take_few(options)


if __name__ == "__main__":
    main()

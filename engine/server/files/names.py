"""Names of files that come from clients. `engine.paths.inside` turns them into paths, here only.

Names are kept in Unicode's composed form (NFC); a file that lies there decomposed, as macOS writes
it, is found by both spellings.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from engine.errors import NotFound, PathError
from engine.paths import inside

#: What most file systems take for one part of a name.
MAX_BYTES = 255
_FORMS = ("NFC", "NFD")


def new_path(root: Path, name: str) -> Path:
    """Return where a client's new file goes.

    Raises:
        PathError: the name leads out of `root`, is hidden, too long or holds control characters.
    """
    composed = unicodedata.normalize("NFC", plain(name))
    return inside(root, composed)


def existing_file(root: Path, name: str) -> Path:
    """Return the file that a client's name stands for.

    Raises:
        PathError: the name leads out of `root`, is hidden, or is none.
        NotFound: there is no such file.
    """
    text = plain(name)
    for spelling in dict.fromkeys([text, *(unicodedata.normalize(form, text) for form in _FORMS)]):
        path = inside(root, spelling)
        if path.is_file():
            return path
    raise NotFound(f'There is no file "{name}" in the folder "{root.name}".')


def plain(name: str) -> str:
    """Return a name with forward slashes, as it was spelt.

    Raises:
        PathError: a part of it is hidden or too long, or it holds control characters.
    """
    text = name.replace("\\", "/")
    for part in text.split("/"):
        if (
            part.startswith(".") and part != ".."
        ):  # ".." is for `inside`, which knows where it leads
            raise PathError(f'"{name}" is a hidden name. Use one that does not begin with a dot.')
        if len(part.encode(errors="surrogatepass")) > MAX_BYTES:
            raise PathError(
                f'The name "{name[:40]}…" is too long: a part of it may have {MAX_BYTES} bytes.'
            )
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text):
        raise PathError("The name holds control characters. Use letters, digits and spaces.")
    return text


def is_hidden(name: str) -> bool:
    """Say whether a part of a name begins with a dot."""
    return name.startswith(".") or "/." in name


def relative(root: Path, path: Path) -> tuple[str, str]:
    """Return the subfolder, with forward slashes, and the name of a file below `root`."""
    parts = path.relative_to(root.resolve()).parts
    return "/".join(parts[:-1]), parts[-1]

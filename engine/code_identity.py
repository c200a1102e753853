"""What the results of built-in nodes depend on beside their inputs: our own sources and torch's
version. A change of either makes new cache keys."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path

#: Packages of ours whose sources count.
PACKAGES = ("engine", "nodes")
#: Packages of others whose versions count.
LIBRARIES = ("torch", "diffusers", "transformers")


@functools.cache
def built_in_code() -> str:
    """Return the digest of our sources and the libraries' versions."""
    digest = hashlib.sha256()
    root = Path(__file__).parent.parent
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(path.read_bytes())
    for library in LIBRARIES:
        digest.update(f"{library}={library_version(library)}\0".encode())
    return digest.hexdigest()


def library_version(name: str) -> str:
    """Return an installed package's version, or an empty string."""
    from importlib.metadata import PackageNotFoundError, version  # late: it reads mail, too

    try:
        return version(name)
    except PackageNotFoundError:
        return ""

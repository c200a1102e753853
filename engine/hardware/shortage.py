"""Whether an exception says that the memory is used up. Knows no torch."""

from __future__ import annotations

#: What is said of an exception that says nothing.
NO_MESSAGE = "no message"


#: What torch and the libraries below it say where they raise nothing more telling than a
#: RuntimeError: its allocator for a CPU; MPS, and CUDA beside torch's allocator; cuBLAS.
SAID = ("not enough memory", "out of memory", "_ALLOC_FAILED")


def is_out_of_memory(problem: BaseException) -> bool:
    """Say whether a device or the machine had no room left."""
    if isinstance(problem, MemoryError) or type(problem).__name__ == "OutOfMemoryError":
        return True
    return isinstance(problem, RuntimeError) and any(said in first_line(problem) for said in SAID)


def first_line(problem: BaseException) -> str:
    """Return what an exception says, to its first line break."""
    try:
        return str(problem).strip().split("\n", 1)[0] or NO_MESSAGE
    except BaseException:  # noqa: BLE001 a pack's exception may raise another one
        return NO_MESSAGE

"""Where networks run and in which number format; decided once, torch imported only to look.

Low precision is used where the hardware gains by it: fp16 on CUDA and MPS, bf16 on a CPU that
multiplies matrices faster in it. Text encoders and autoencoders stay in a format that is safe
for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.errors import SettingError
from engine.hardware import machine
from engine.hardware.bf16_speed import bf16_speed

PRECISIONS = ("auto", "fp32", "fp16", "bf16")
#: dtypes by part of a model, as torch names them
Dtypes = Mapping[str, str]
#: Parts that compute as another does, as what they give is added inside it.
_LIKE = {"controlnet": "model", "t2i_adapter": "model"}
#: bf16 instructions of AVX-512 and of ARM v8.6, which may or may not be fast
BF16_FLAGS = ("avx512_bf16", "bf16")
#: Speed over fp32 from which bf16 is worth its rounding.
WORTH_BF16 = 1.3

_TORCH_NAMES = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16"}
_SHORT_NAMES = {name: short for short, name in _TORCH_NAMES.items()}


def _dtypes(model: str, text_encoder: str, vae: str) -> Dtypes:
    return MappingProxyType({"model": model, "text_encoder": text_encoder, "vae": vae})


@dataclass(frozen=True)
class DevicePolicy:
    """One device and the dtype of each part of a model on it.

    Attributes:
        device: as torch writes it: "cpu", "cuda", "cuda:1", "mps".
        dtypes: part ("model", "text_encoder", "vae") to torch dtype name, such as "bfloat16".
        reason: why these dtypes, for people.
        memory_bytes: memory of the device that may be counted on, 0 if it cannot be told.
    """

    device: str
    dtypes: Dtypes
    reason: str = ""
    memory_bytes: int = 0

    @classmethod
    def detect(
        cls, precision: str = "auto", device: str = "auto", *, measured: Path | None = None
    ) -> DevicePolicy:
        """Choose the device, then dtypes it is fast and safe in.

        Args:
            precision: "auto", or the format of the diffusion model: "fp32", "fp16", "bf16".
            device: "auto", or a torch device such as "cpu" or "cuda:1".
            measured: file that remembers what had to be measured to choose.

        Raises:
            SettingError: there is no such precision, or no such device on this machine.
        """
        if precision not in PRECISIONS:
            known = ", ".join(PRECISIONS)
            raise SettingError(f'"{precision}" is no precision. Choose one of {known}.')
        chosen = _best_device() if device == "auto" else _checked_device(device)
        automatic, reason = _automatic(chosen, measured)
        if precision == "auto":
            return cls(chosen, automatic, reason, _memory_bytes(chosen))
        dtypes = _forced(precision, automatic)
        return cls(chosen, dtypes, f'precision "{precision}" was asked for', _memory_bytes(chosen))

    @property
    def kind(self) -> str:
        """The kind of the device: "cpu", "cuda", "mps"."""
        return self.device.partition(":")[0]

    def dtype_of(self, part: str) -> str:
        """Return the torch dtype in which a part of a model computes, or what steers one."""
        return self.dtypes[_LIKE.get(part, part)]

    def computing_in(self, precision: str) -> DevicePolicy:
        """Return the device with its diffusion models in "fp32", "fp16" or "bf16"."""
        dtypes = {**self.dtypes, "model": _TORCH_NAMES[precision]}
        return replace(self, dtypes=MappingProxyType(dtypes))

    def numerics(self) -> dict[str, Any]:
        """Return what results depend on beside weights and inputs; a part of cache keys."""
        return {"device": self.kind, "dtypes": dict(self.dtypes), "attention": "sdpa"}

    def describe(self) -> dict[str, Any]:
        """Return what `doctor` prints: device, its name, formats and why, memory."""
        return {
            "device": self.device,
            "name": _device_name(self.device),
            "dtypes": {part: _SHORT_NAMES[name] for part, name in self.dtypes.items()},
            "reason": self.reason,
            "memory_bytes": self.memory_bytes,
        }


def _best_device() -> str:
    import torch

    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _checked_device(device: str) -> str:
    import torch

    there = ["cpu", *(f"cuda:{index}" for index in range(torch.cuda.device_count()))]
    if torch.cuda.is_available():
        there.insert(1, "cuda")
    if torch.backends.mps.is_available():
        there.append("mps")
    if device not in there:
        raise SettingError(
            f'There is no device "{device}" for this torch {torch.__version__}. '
            f"Choose one of {', '.join(there)}."
        )
    return device


def _automatic(device: str, measured: Path | None) -> tuple[Dtypes, str]:
    import torch

    kind = device.partition(":")[0]
    if kind == "cuda":
        # The SD autoencoders overflow in fp16 at some pictures; bf16 has the range of fp32.
        vae = "bfloat16" if torch.cuda.is_bf16_supported(including_emulation=False) else "float32"
        return _dtypes("float16", "float16", vae), "a GPU computes fastest in half precision"
    if kind == "mps":
        return _dtypes("float16", "float16", "float32"), "a GPU computes fastest in half precision"
    if cpu_is_faster_in_bf16(measured):
        return _dtypes("bfloat16", "float32", "float32"), "this CPU is fastest in bf16"
    return _dtypes("float32", "float32", "float32"), "this CPU is not faster in bf16"


def _forced(precision: str, automatic: Dtypes) -> Dtypes:
    name = _TORCH_NAMES[precision]
    if name == "float32":
        return _dtypes(name, name, name)
    return _dtypes(name, automatic["text_encoder"], automatic["vae"])


def cpu_is_faster_in_bf16(measured: Path | None) -> bool:
    """Say whether this CPU multiplies bf16 matrices faster than fp32 ones.

    AMX does, several times over. AVX-512 alone must be tried: AMD's cores gain by it, Intel's
    Sapphire Rapids takes nearly twice as long as in fp32.
    """
    import torch

    capabilities = _cpu_capabilities()
    if not torch.backends.mkldnn.is_available():
        return False
    if capabilities.get("amx_bf16") is True:
        return True
    has_instructions = any(capabilities.get(flag) is True for flag in BF16_FLAGS)
    return has_instructions and bf16_speed(_cpu_name(), measured) > WORTH_BF16


def _cpu_capabilities() -> Mapping[str, Any]:
    import torch

    # torch before 2.10 cannot tell.
    return getattr(torch.cpu, "get_capabilities", dict)()


def _device_name(device: str) -> str:
    import torch

    if device.startswith("cuda"):
        return torch.cuda.get_device_name(device)
    return f"{_cpu_name()}, {torch.get_num_threads()} threads"


def _cpu_name() -> str:
    return str(_cpu_capabilities().get("cpu_name") or "CPU")


def _memory_bytes(device: str) -> int:
    import torch

    if device.startswith("cuda"):
        return torch.cuda.mem_get_info(device)[1]
    return machine.memory_bytes()

"""Goes on with every recording in a folder, in a process of its own; run by test_resume.py."""

import json
import random
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from engine.diffusion.denoising.sampling import RecordAt
from tests.mixture import MODELS, Mixture, finish, task_of


def main(folder: Path) -> None:
    """Finish each case and write its samples and how often its denoiser was asked."""
    calls: dict[str, int] = {}
    samples: dict[str, Tensor] = {}
    for name, case in json.loads((folder / "cases.json").read_text()).items():
        torch.manual_seed(random.getrandbits(32))
        np.random.seed(random.getrandbits(32))
        denoiser = Mixture(MODELS[case["family"]])
        record = RecordAt(folder / name, case["node_key"], "test", "float32")
        samples[name] = finish(task_of(case, denoiser, record=record)).contiguous()
        calls[name] = denoiser.calls
    save_file(samples, folder / "samples.safetensors")
    (folder / "calls.json").write_text(json.dumps(calls))


if __name__ == "__main__":
    main(Path(sys.argv[1]))

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from engine.context import Context, JobContext
from engine.errors import ModelError
from engine.paths import Folders
from nodes import upscaling
from tests.tiny_models import cpu_runtime
from tests.upscalers import enlarged, esrgan_state, upscale_file


@pytest.fixture
def computing(context: Callable[..., Context], folders: Folders) -> Context:
    """Return a context with a device."""
    job: JobContext = context().job
    return Context(JobContext(folders, lambda: cpu_runtime(folders.base), job.cancellation,
                              lambda event: None), "1")  # fmt: skip


def test_a_picture_is_enlarged_by_the_network_of_the_file(computing: Context):
    state = esrgan_state(doublings=1)
    upscale_file(computing.folders, "2x.pth", state)
    image: Tensor = torch.rand(1, 9, 7, 3)

    with torch.no_grad():
        model = upscaling.load_upscale_model("2x.pth", computing)
        made = upscaling.upscale_with_model(model, image, computing)

    expected = enlarged(state, image.movedim(-1, 1)).movedim(1, -1).clamp(0, 1)
    torch.testing.assert_close(made, expected, rtol=0, atol=1e-4)


def test_a_truncated_file_is_refused_when_it_is_named(computing: Context):
    path = upscale_file(computing.folders, "2x.safetensors", esrgan_state())
    path.write_bytes(path.read_bytes()[:-100])

    with pytest.raises(ModelError, match="truncated"):
        upscaling.load_upscale_model("2x.safetensors", computing)

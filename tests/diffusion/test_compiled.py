"""Compiled networks, by backends that take no time."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
import torch
import torch._dynamo as dynamo
from torch import Tensor, nn

from engine.diffusion.levels.parameterisation import discrete, scaled_linear_betas
from engine.diffusion.unet.compiled import check_backend
from engine.diffusion.unet.network_patches import NETWORK_PATCHES, Pass, changed
from engine.errors import BadValue, ModelError
from engine.types import Patch

MODEL = discrete(scaled_linear_betas())
X = torch.randn(2, 4, generator=torch.Generator().manual_seed(1))
COMPILED: list[str] = []


class Network(nn.Module):
    """Stands for a U-Net."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.layer(x).sin()


def counting(graph: Any, _examples: Any) -> Any:
    COMPILED.append("counting")
    return graph.forward


def failing(_graph: Any, _examples: Any) -> Any:
    raise OSError("there is no compiler")


@pytest.fixture
def network() -> Generator[Network]:
    dynamo.reset()
    COMPILED.clear()
    torch.manual_seed(1)
    yield Network().requires_grad_(False)
    dynamo.reset()


@pytest.fixture(scope="module", autouse=True)
def backends() -> None:
    dynamo.register_backend(counting, name="counting")
    dynamo.register_backend(failing, name="failing")


def answer(network: nn.Module, *patches: Patch) -> Tensor:
    with changed(network, patches, Pass(X, torch.ones(2), MODEL)):
        return network(X)


def test_a_network_is_compiled_once_and_answers_the_same(network: Network):
    compiled = Patch("TorchCompile", {"backend": "counting"})
    plain = network(X)

    first, second = (answer(network, compiled) for _ in range(2))

    assert torch.equal(first, plain)
    assert torch.equal(second, plain)
    assert COMPILED == ["counting"]
    assert "forward" not in vars(network)


def test_a_pass_that_is_changed_otherwise_is_not_compiled(
    network: Network, monkeypatch: pytest.MonkeyPatch
):
    def doubled(network: Network, _forward: Pass) -> Any:
        return network.register_forward_hook(lambda *given: given[-1] * 2)

    monkeypatch.setitem(NETWORK_PATCHES, "Doubled", doubled)
    compiled = Patch("TorchCompile", {"backend": "counting"})
    answer(network, compiled)

    made = answer(network, compiled, Patch("Doubled"))

    assert torch.equal(made, network(X) * 2)
    assert COMPILED == ["counting"]


def test_a_backend_that_cannot_compile_is_named_with_its_reason(network: Network):
    with pytest.raises(ModelError, match=r'"failing".*there is no compiler'):
        answer(network, Patch("TorchCompile", {"backend": "failing"}))

    assert "forward" not in vars(network)


def test_a_backend_for_another_device_is_refused():
    check_backend("inductor", "cpu")
    check_backend("cudagraphs", "cuda")

    with pytest.raises(BadValue, match=r'"cudagraphs" compiles for cuda.*on cpu'):
        check_backend("cudagraphs", "cpu")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what inductor imports
def test_what_inductor_compiles_answers_the_same(network: Network):
    plain = network(X)

    with torch.no_grad():
        made = answer(network, Patch("TorchCompile", {"backend": "inductor"}))

    torch.testing.assert_close(made, plain, rtol=1e-4, atol=1e-5)

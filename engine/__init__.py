"""Sfumato's engine: graphs of typed nodes, run once and remembered.

These are the names for node authors and for programs; the rest of the package is inside.
"""

from engine.constraints import (
    BatchSize,
    Cfg,
    MultilineText,
    Offset,
    PixelSize,
    Seed,
    Side,
    SideOrZero,
    Steps,
    Unit,
)
from engine.context import Context
from engine.declare import node
from engine.declaring.annotations import Hidden, Match
from engine.document import Document
from engine.errors import EngineError, NodeError
from engine.lazy import lazy
from engine.results import Blocker, Link, NewNode, NodeResult
from engine.spec import Growing, InputSpec, NodeSpec, OutputSpec, Variants
from engine.types import (
    Anything,
    ChosenSampler,
    Clip,
    Cond,
    Conditioning,
    ControlNet,
    Guider,
    Image,
    Latent,
    LatentOperation,
    Mask,
    Model,
    Noise,
    Sigmas,
    Socket,
    UpscaleModel,
    Vae,
)
from engine.widgets import (
    Bool,
    Choice,
    FileChoice,
    Float,
    Int,
    Prompt,
    Text,
)
from engine.workflow import Result, Workflow

__all__ = [
    "Anything",
    "BatchSize",
    "Blocker",
    "Bool",
    "Cfg",
    "Choice",
    "ChosenSampler",
    "Clip",
    "Cond",
    "Conditioning",
    "Context",
    "ControlNet",
    "Document",
    "EngineError",
    "FileChoice",
    "Float",
    "Growing",
    "Guider",
    "Hidden",
    "Image",
    "InputSpec",
    "Int",
    "Latent",
    "LatentOperation",
    "Link",
    "Mask",
    "Match",
    "Model",
    "MultilineText",
    "NewNode",
    "NodeError",
    "NodeResult",
    "NodeSpec",
    "Noise",
    "Offset",
    "OutputSpec",
    "PixelSize",
    "Prompt",
    "Result",
    "Seed",
    "Side",
    "SideOrZero",
    "Sigmas",
    "Socket",
    "Steps",
    "Text",
    "Unit",
    "UpscaleModel",
    "Vae",
    "Variants",
    "Workflow",
    "lazy",
    "node",
]

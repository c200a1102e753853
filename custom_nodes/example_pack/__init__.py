"""A pack that shows every part of the contract; `custom_nodes/README.md` explains each.

Functions with @node are found in all modules that are imported here, ComfyUI's classes by the two
mappings.
"""

from . import logic, pictures, shown
from .classes import ExampleCounter
from .schema import ExampleBlend

NODE_CLASS_MAPPINGS = {"ExampleCounter": ExampleCounter, "ExampleBlend": ExampleBlend}
NODE_DISPLAY_NAME_MAPPINGS = {"ExampleCounter": "Example Counter"}

#: Files for browsers.
WEB_DIRECTORY = "./web"
#: Kind of model files -> folders under models/.
MODEL_FOLDERS = {"example_palettes": ["palettes"]}

__all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS", "logic", "pictures", "shown"]

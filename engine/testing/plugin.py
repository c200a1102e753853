"""For pytest: a pack's modules are imported with their tests, and may want ComfyUI's names.

The checkout's settings load it; elsewhere `-p engine.testing.plugin` does.
"""

from engine.comfy import finder

finder.install()

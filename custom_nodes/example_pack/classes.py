"""A ComfyUI class with most of what one may declare."""


class ExampleCounter:
    """Counts its calls; one instance is kept for each node."""

    CATEGORY = "example/classes"
    DESCRIPTION = "Count the calls of this node and hand a latent on."
    RETURN_TYPES = ("INT", "LATENT")
    RETURN_NAMES = ("calls", "latent")
    FUNCTION = "count"
    OUTPUT_NODE = True

    def __init__(self):
        self.calls = 0

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "step": (
                    "INT",
                    {
                        "default": 1,
                        "min": 1,
                        "max": 9,
                        "tooltip": "How much a call counts.",
                        "widget": "example_dots",
                    },
                ),
                "mode": (["up", "down"], {"default": "up"}),
            },
            "optional": {"latent": ("LATENT",)},
            "hidden": {"node_id": "UNIQUE_ID"},
        }

    @classmethod
    def IS_CHANGED(cls, **_):
        return float("nan")

    @classmethod
    def VALIDATE_INPUTS(cls, step):
        return True if step != 7 else "7 is taken."

    def count(self, step, mode, latent=None, node_id=None):
        self.calls += step if mode == "up" else -step
        return {"ui": {"text": [f"{node_id}: {self.calls}"]}, "result": (self.calls, latent)}

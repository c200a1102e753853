"""A ComfyUI class of the newer kind (V3)."""

from comfy_api.latest import io


class ExampleBlend(io.ComfyNode):
    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="ExampleBlend",
            display_name="Example Blend",
            category="example/classes",
            description="Mix two pictures.",
            inputs=[
                io.Image.Input("below"),
                io.Image.Input("above"),
                io.Float.Input("amount", default=0.5, min=0.0, max=1.0, step=0.01),
                io.Combo.Input("mode", options=["mix", "multiply"]),
            ],
            outputs=[io.Image.Output(display_name="picture")],
        )

    @classmethod
    def execute(cls, below, above, amount, mode):
        blended = above if mode == "mix" else below * above
        return io.NodeOutput(below + (blended - below) * amount)

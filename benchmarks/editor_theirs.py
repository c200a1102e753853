"""ComfyUI's own editor, as the benchmark uses it. Its files come from its wheel."""

from __future__ import annotations

from benchmarks import editor_graphs
from benchmarks.editor_pages import MIDDLE, EditorPage, Point


class Theirs(EditorPage):
    """ComfyUI's own editor."""

    usable = "window.app?.graph && window.app.api?.clientId"

    def workflow(self, count: int) -> str:
        return editor_graphs.theirs(count)

    def is_open(self, count: int) -> str:
        return f"window.app.graph._nodes.length === {count}"

    def zoom(self) -> float:
        return self.page.evaluate("window.app.canvas.ds.scale")

    def header(self) -> tuple[str, Point]:
        found = self.page.evaluate(
            """([x, y]) => {
              const { ds, canvas } = window.app.canvas;
              const { left, top } = canvas.getBoundingClientRect();
              return window.app.graph._nodes.map((node) => {
                const [x0, y0] = [node.pos[0] + 60 + ds.offset[0], node.pos[1] - 12 + ds.offset[1]];
                const at = [left + x0 * ds.scale, top + y0 * ds.scale];
                return { id: String(node.id), at, way: Math.hypot(at[0] - x, at[1] - y) };
              }).sort((a, b) => a.way - b.way)[0];
            }""",
            MIDDLE,
        )
        return found["id"], tuple(found["at"])

    def place(self, node: str) -> list[float]:
        return self.page.evaluate(f"[...window.app.graph.getNodeById({node}).pos]")

// Served to browsers as a part of the pack; `frontend/EXTENDING.md` tells what one can add.
import { registerCommand, registerWidget } from "sfumato";

/** A whole number as a row of dots: press one, or use the arrow keys. */
function mountDots(host, control) {
  const { min = 1, max = 9 } = control.input.widget;
  const row = document.createElement("div");
  row.className = "pill";
  row.tabIndex = 0;
  row.dataset.takesPointer = "";
  row.setAttribute("role", "slider");
  row.setAttribute("aria-label", control.label);
  row.setAttribute("aria-valuemin", min);
  row.setAttribute("aria-valuemax", max);
  const label = document.createElement("span");
  label.textContent = control.label;
  Object.assign(label.style, { flex: "1", color: "var(--text-soft)" });
  const dots = Array.from({ length: max - min + 1 }, (_, index) => {
    const dot = document.createElement("span");
    Object.assign(dot.style, { width: "8px", height: "8px", margin: "2px", borderRadius: "50%", cursor: "pointer" });
    dot.addEventListener("click", () => control.set(min + index));
    return dot;
  });
  Object.assign(row.style, { display: "flex", flex: "1", alignItems: "center", paddingRight: "6px" });
  row.append(label, ...dots);
  host.append(row);
  row.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    control.set(Math.min(max, Math.max(min, control.get() + step)), { isTyping: true });
  });
  const update = () => {
    const value = Number(control.get());
    row.setAttribute("aria-valuenow", value);
    for (const [index, dot] of dots.entries())
      dot.style.background = min + index <= value ? "var(--accent)" : "var(--line)";
  };
  update();
  return { update, focus: () => row.focus({ preventScroll: true }) };
}

// an input that says "widget": "example_dots" in its options
registerWidget("example_dots", mountDots);

registerCommand({
  id: "example_pack.count",
  title: "Example: count the nodes",
  group: "help",
  run: (app) => app.notices.tell(`${Object.keys(app.tab.graph.nodes).length} nodes`),
});

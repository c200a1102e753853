"""ComfyUI's modules as packs import them, put onto this engine."""

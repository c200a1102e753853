"""The routes and messages that clients of ComfyUI know, over the same functions."""

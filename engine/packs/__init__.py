"""Packs of nodes in custom_nodes/: found, read when needed, remembered, listed."""

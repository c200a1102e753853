"""Latents: batched, cut, mixed, kept in files and shown small."""

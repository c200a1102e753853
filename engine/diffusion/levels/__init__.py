"""Noise levels: what a model means by them, and which of them a sampler visits."""

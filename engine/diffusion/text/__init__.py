"""From a prompt to a conditioning: weights, tokens, chunks, embeddings, the text encoder.

Only `encode` and `embeddings` import torch; the rest is plain text work.
"""

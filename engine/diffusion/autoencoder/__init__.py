"""The autoencoder between pixels and latents, whole and in tiles."""

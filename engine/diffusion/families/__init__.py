"""Model families: each is one file that recognises its models and says how they are built."""

from engine.diffusion.families.family import FAMILIES, Family, Network, Training, family_of
from engine.diffusion.families.sd1 import SD1

__all__ = ["FAMILIES", "SD1", "Family", "Network", "Training", "family_of"]

"""Values that packs' nodes get: copied or watched, so that none spoils what others use."""

"""A run of a sampler: what it is given, who answers it, what is kept of it."""

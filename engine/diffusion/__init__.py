"""Everything that knows torch models: families, networks, schedules, samplers, pictures."""

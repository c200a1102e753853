"""Scripts for working on the project; none is part of the engine."""

"""The built-in stages: one module a category, each node a thin function over the library."""

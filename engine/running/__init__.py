"""How one node is run: called, its result kept, what became of it told."""

"""Model folders as they lie: their kinds, where they are, what is in them and what is missing."""

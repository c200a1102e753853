"""Networks that enlarge pictures: one file an architecture, and how any of them is run."""

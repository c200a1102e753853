"""Jobs: what they are, in which order they run, and the service that takes, runs and keeps them."""

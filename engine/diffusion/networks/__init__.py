"""From handles to networks in memory."""

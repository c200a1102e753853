"""The process that runs jobs and holds packs: its side, the server's side, and what they say."""

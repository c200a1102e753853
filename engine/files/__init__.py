"""What is written, taken in and told apart by content."""

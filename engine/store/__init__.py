"""What is kept in SQLite. A database that is damaged is made anew."""

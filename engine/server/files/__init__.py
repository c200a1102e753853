"""Files of users: named, served, uploaded, shown small, and found again by what they say."""

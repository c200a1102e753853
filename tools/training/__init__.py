"""Trains the small models that come along, from pictures of emoji."""

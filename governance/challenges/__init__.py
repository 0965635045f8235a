"""Challenges of a voting roll: who says that an entry is missing or wrong, and what was answered."""

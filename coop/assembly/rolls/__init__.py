"""Voting rolls on the web: who is on one and why, the file without names, challenges and their answers."""

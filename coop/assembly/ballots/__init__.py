"""Ballots on the web: what one asks, how its boxes are read, what it says in words, and casting it step by step."""

"""Votes that are counted outside, with Belenios: what is handed over to it, where members vote, and the result that comes back."""

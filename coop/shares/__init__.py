"""The share register: an append-only list of events, of which a holding is the sum."""

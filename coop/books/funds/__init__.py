"""Funds held for a purpose: who gave them, for what, what became of them."""

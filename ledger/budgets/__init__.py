"""Budgets: what the co-operative means to earn and to spend, by account and month, and how that compares with its books."""

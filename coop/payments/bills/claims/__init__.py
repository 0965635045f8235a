"""Expense claims: what a participant spent for the co-op, assigned to accounts, approved, and paid."""

"""Fiscal years and their months: opened, locked, closed, and by a decision opened again."""

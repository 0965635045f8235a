"""Paying bills: what is due, what leaves for whom, what the bank has paid, and what it sent back."""

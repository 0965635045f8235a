"""Receipts and papers of entries."""

"""Statements as the banks write them: CSV in each bank's own columns, OFX, and CAMT.053."""

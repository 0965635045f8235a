"""The bank statement: its lines, and the entries that they explain."""

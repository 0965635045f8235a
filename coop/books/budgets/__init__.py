"""The budget on the pages of the books: planned by account and month, and held against what was booked."""

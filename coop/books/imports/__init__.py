"""Importing a file into the books: what it would post, row by row, and posting all of it or nothing."""

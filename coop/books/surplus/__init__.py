"""The surplus of a year in the books: planned, prepared, posted, and what each member sees of it."""

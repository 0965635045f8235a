"""Goods and services tax on the pages of the books: codes and their rates, and the return of a period."""

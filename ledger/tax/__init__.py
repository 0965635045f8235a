"""Goods and services tax: its codes with their rates, the arithmetic of a line, and the return of a period."""

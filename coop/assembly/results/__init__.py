"""Results on the web: what was declared, its count in charts and tables, its ballots, and the bundle to check it."""

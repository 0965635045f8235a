"""Counting: from ballots to a result that shows its arithmetic.

Pure functions over whole numbers: no database, no clock and no chance. The rules are listed in `rules`, ballot files are
read by `files`, and a resolution that is voted for or against is counted by `resolution`.
"""

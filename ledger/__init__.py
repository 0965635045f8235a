"""The ledger: accounts, entries, periods, statements and exports.

An engine: plain SQLAlchemy mappings and functions that take a `Session`, and `now` where they need it. It knows no member,
only a `party_ref`; it knows no page and never commits.
"""

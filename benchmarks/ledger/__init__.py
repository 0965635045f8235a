"""The ledger against the bare database: each benchmark on SQLite and, where it is installed, on PostgreSQL."""

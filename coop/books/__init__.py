"""The ledger on the web: chart, journal, statements and exports."""

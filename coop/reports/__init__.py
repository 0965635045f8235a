"""The annual report: the board's approval of the accounts, the reviewer's report, and the editions that were published."""

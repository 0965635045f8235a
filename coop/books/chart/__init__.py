"""The chart of accounts on the web: the tree with its balances, changing it, and the chart as a file."""

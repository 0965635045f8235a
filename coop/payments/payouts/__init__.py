"""What is paid out: to whom the co-operative owes money, to which account, and when it was paid."""

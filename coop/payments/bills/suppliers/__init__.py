"""Suppliers: who they are, what each is owed, and changing what is known of one."""

"""Fiscal years on the web: opening and locking their months, closing a year, and reopening one."""

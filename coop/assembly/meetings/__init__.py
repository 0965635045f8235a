"""Meetings of the members: called, given notice of, opened, attended and minuted."""

"""Requests over HTTP against bare Flask behind the same server: a vote, and pages of lists."""

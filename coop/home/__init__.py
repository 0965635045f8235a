"""The front of the house: the landing page, home, and the page of one's own account."""

"""Profiles and the directory of the community, open to every participant."""

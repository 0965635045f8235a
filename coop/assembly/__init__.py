"""Governance on the web: by-laws, resolutions, proposals, debate, rolls, ballots and elections."""

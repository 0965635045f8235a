"""Proposals, rolls, ballots, counting and outcomes: an engine that knows a voter's reference and never a member."""

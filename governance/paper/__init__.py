"""Votes on paper and in the room: marks, the sheets of two scrutineers, and how they get into the count."""

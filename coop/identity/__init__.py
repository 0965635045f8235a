"""People who can sign in, their sessions, and the powers they hold for a term."""

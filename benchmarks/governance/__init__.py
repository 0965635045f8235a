"""Votes against the bare database and the bare file: counting what is stored, counting a file, freezing a roll."""

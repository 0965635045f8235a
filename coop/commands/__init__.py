"""The commands of `coop`, one module each."""

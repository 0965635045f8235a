"""What is measured, each against the bare operation in the same run. Never part of the tests."""

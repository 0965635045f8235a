"""Payments by card: checkouts, what the processor tells, fees and refunds."""

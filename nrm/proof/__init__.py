"""Proof: statements about all cases and the whole rulebook, and a counterexample that a policy officer can read."""

SECONDS = 30
"""Time for one claim."""

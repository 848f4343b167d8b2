"""The engine: two independent readings of one rulebook, the plan they agree on, and the reason for every line."""

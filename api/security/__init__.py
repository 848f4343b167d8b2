"""Who asks, from where, and what a request may cost: settled before any route is reached."""

"""What an installation does for all cases: its keys, the sequence of its log, its directory."""

"""One case: taken in, read, amended, decided, replayed, linked to a family, shredded."""

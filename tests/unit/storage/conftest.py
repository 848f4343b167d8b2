"""One suite for both databases."""

from store_fixtures import _closed, engine, store

__all__ = ["_closed", "engine", "store"]

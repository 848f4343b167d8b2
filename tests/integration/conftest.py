"""One suite for both databases, and a provider of identity for who asks for one."""

from identity_provider import issuer
from store_fixtures import _closed, engine, store

__all__ = ["_closed", "engine", "issuer", "store"]

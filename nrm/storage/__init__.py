"""The store: one schema for an encrypted SQLite file and for PostgreSQL; it keeps sealed bytes and cannot open them."""

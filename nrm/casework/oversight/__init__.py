"""Oversight: decisions as sealed bundles that replay anywhere, events of the log found, and how access is used."""

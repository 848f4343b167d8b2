"""The engine of a national referral mechanism: what a trafficked person is owed, with the reason for every line."""

__version__ = "0.1.0"

"""Referral: what may be told to whom, sealed for one recipient, answered and chased; knows no store and no network."""

"""Accounts, and how those who have one sign in: every use case leaves its entry, and none of them names anybody.

Only the identifiers of accounts go to the log, as pseudonyms. Names, addresses, codes and tokens go nowhere.
"""

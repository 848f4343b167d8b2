"""What those who run the service see of it: numbers, times and codes, and nothing of any person.

INVARIANT (no person in a number): a request is known by its method, the template of its route, its status and its
random number; never by its path, its query, its asker or what was in it.
"""

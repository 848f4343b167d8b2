"""Statistics: counts of people in the only form in which anybody may see them. Knows counts, and nothing of cases."""

"""Populations: the coded facts of many people in columns, made up, read from a file, or taken from CTDC's data set.

No name, no date and no free text is ever in them. `people.population_for` makes of them what a program reads.
"""

"""The rulebook: vocabulary, parameters and rules that policy officers own, read from files and checked as a whole."""

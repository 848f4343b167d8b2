"""Rulebooks as signed bundles: made, checked, signed by two officers of two units, and in force on a date; pure."""

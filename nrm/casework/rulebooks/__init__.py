"""Rulebooks on their way into force: proposed, checked, approved by a second officer, in force on a date."""

"""The plan as a letter to the person: in their language, as plain text or PDF, whole, for one offer, or discreet."""

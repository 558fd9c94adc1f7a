"""Recorded runs replayed: scored as they were, against the lab of today, and against another brain."""

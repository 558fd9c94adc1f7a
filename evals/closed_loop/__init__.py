"""Closed-loop evals: whole runs on simulated chips, each case as a file says, scored against the hidden truth."""

"""Compares what Reson reports with the hidden truth of simulated chips."""

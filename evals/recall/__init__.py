"""Recall: questions in a physicist's words over a simulated year of records; ``python -m reson.evals.recall``."""

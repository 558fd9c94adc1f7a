"""The recordings that come with Reson, and how they are made: ``python -m reson.evals.recordings``."""

"""Trains and measures the eyes without a key: labelled pictures that we draw ourselves, and nobody else's."""

"""The offline reader: what the saved points of a plot show, in the shared vocabulary, without looking at the fit."""

from reson.agent.reading.reader import read_saved_data

__all__ = ["read_saved_data"]

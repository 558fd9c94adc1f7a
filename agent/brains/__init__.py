"""Brains answer two typed questions: what next (choose), and what does this plot show (read)."""

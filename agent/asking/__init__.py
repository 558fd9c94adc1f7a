"""What is asked of a model: what next, what does this plot show, a few words for the morning; and what of it counts."""

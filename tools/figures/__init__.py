"""Figures: one style for people and models; ``curves`` and ``clouds`` draw an analysis, ``style`` makes the PNG."""

"""Numeric verdicts: ``checks`` asks one question each, ``judge`` takes the worst answer."""

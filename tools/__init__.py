"""Measures: devices, experiments, figures, verdicts, and the store of what was measured."""

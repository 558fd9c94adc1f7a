"""What Reson costs, in time, memory and bytes: ``python -m reson.evals.benches``; each module is a benchmark.

Absolute times of a shared machine are noisy; compare ratios.
"""

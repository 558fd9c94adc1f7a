"""Measurements of one's own: a file becomes raw data as the experiment's own ``acquire`` would have made it."""

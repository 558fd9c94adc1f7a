"""Decides: the campaign graph, brains, approvals, memory, the night, the command line."""

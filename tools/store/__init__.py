"""The record: runs, raw data, analyses, the parameter table and approvals. Open it with ``store.open_store``."""

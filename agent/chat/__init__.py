"""Talking with the lab: a model with tools over the record, or plain commands where there is no model."""

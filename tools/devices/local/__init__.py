"""Devices that are computed here: circuits under a noise model, of a copy of a provider's device or of one's own."""

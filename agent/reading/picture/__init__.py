"""The eyes without a key: a small trained model that looks at the picture of a measurement, whoever drew it."""

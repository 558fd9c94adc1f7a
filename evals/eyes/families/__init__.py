"""One module for each kind of measurement: draws parameters, simulates what a lab records, and says what it shows."""

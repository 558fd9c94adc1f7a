"""From raw data to numbers with errors: what was measured, curves and their starts, fits of one qubit and of many."""

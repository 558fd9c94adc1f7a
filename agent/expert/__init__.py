"""What an expert knows: plans, remedies, causes and diagnoses, as pure functions of what was measured."""

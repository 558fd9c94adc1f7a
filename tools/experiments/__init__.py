"""The experiments: ``catalogue`` lists them, each module of its own name holds one, ``experiment`` says what one is."""

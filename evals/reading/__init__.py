"""How well a brain reads plots: our own test set, and the QCalEval benchmark."""

"""How one talks to a model: conversation, endpoint, streaming, budget and record of calls, capabilities."""

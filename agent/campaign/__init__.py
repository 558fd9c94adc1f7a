"""The campaign: a LangGraph graph that takes qubits from where they are to where they should be."""

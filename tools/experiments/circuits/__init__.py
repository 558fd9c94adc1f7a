"""What the experiments play: sequences of native instructions, joined for the qubits of one parallel job."""

"""What a conversation offers to a model."""

from __future__ import annotations

from reson.agent.operations.listed import some

OFFERED = some("""
    show_chip show_qubit list_runs list_measurements show_measurement look_at_plot parameter_history recall
    list_approvals show_experiment show_run show_diagnosis usable_qubits value_over_nights compare_runs troubles
    progress next_steps list_notes analyse_file note run_experiment calibrate
""")

"""What a conversation offers to a model."""

from __future__ import annotations

from reson.agent.operations.listed import some

OFFERED = some("""
    show_chip show_qubit list_runs list_measurements show_measurement look_at_plot draw_anew
    raw_numbers parameter_history compare_qubits recall
    list_approvals show_experiment show_run show_diagnosis usable_qubits value_over_nights compare_runs troubles
    list_lessons progress next_steps list_notes analyse_file note run_experiment calibrate
""")

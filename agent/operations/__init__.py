"""What can be asked of a lab: one list of rows (``listed.py``), each with its effect, arguments, function and words."""

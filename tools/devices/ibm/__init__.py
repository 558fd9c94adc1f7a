"""IBM's devices: the real service behind a thin port, and the copies of its devices that ship with the runtime.

Only this package imports qiskit_ibm_runtime.
"""

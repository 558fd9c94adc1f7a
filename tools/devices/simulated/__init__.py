"""The simulated chip: transmons with a hidden truth behind a Qiskit backend.

``device`` opens it; ``backend`` and ``sampler`` run circuits; ``program`` reads them; ``superoperators``,
``propagation`` and ``evolution`` are the physics; ``truth`` and ``drift`` are what nobody outside may read;
``readout`` is the measurement.
"""

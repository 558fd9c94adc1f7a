"""Devices: the port (``device``), the pulse vocabulary (``envelope``, ``drive``) and the simulated chip (``simulated``)."""

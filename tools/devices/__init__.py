"""Devices: the port (``device``), the pulse vocabulary (``envelope``, ``drive``), the chip (``simulated``)."""

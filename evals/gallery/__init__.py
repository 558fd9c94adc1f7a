"""Reference plots of the simulated chip: what each shows (``recipes``) and how they are made (``make``)."""

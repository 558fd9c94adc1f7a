"""The verdict study: one trial for each experiment (``trials``), run (``study``) and reported (``report``)."""

"""The measured points of an analysis as a table."""

from __future__ import annotations

import numpy as np
import pandas as pd

from reson.tools.data import Analysis, Map


def measured_points(analysis: Analysis) -> pd.DataFrame:
    """Columns series, x, y, y_err, or of a map series, x, y, z: the measured points in SI units."""
    if analysis.maps:
        return pd.concat([_pixels(part) for part in analysis.maps])
    parts = [
        pd.DataFrame({"series": part.name, "x": part.x, "y": part.y, "y_err": part.y_err}) for part in analysis.series
    ]
    return pd.concat(parts) if parts else pd.DataFrame(columns=["series", "x", "y", "y_err"])


def _pixels(part: Map) -> pd.DataFrame:
    x, y = np.meshgrid(part.x, part.y)
    return pd.DataFrame({"series": part.name, "x": x.ravel(), "y": y.ravel(), "z": np.array(part.z).ravel()})

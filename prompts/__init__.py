"""Every word that is sent to a model or explains a reading to a person."""

"""Pixels -> patches. Pure functions; the only copy of this geometry, for training and reading alike."""

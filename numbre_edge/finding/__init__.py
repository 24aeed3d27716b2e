"""Where digits stand: a small network over the levels of a page."""

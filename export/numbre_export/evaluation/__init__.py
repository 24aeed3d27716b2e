"""How good a model is, on digits and on pictures, and what its confidence is worth."""

"""Training the refiner."""

"""From digits to a Keras model: networks, recipes, the training itself."""

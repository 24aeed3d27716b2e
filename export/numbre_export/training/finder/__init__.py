"""Teaching the finder: rendered views -> a Keras network that says where digits stand."""

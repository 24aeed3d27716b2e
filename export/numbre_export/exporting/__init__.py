"""From a Keras model to the files that a device runs, each through the gate."""

"""The workshop: training, export and measurement. Needs the ``[export]`` extra."""

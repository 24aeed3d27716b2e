"""What is trained on and measured with, from wherever the user has it."""

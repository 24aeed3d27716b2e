"""What keeps this installation from reading numbers, and the commands that mend it."""

"""Training the transcriber."""

"""Files that want to do harm, or were damaged: made by their number, the same ones on every machine."""

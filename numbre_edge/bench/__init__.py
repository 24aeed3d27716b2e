"""How fast, how large and how right this installation reads here, beside what no reader can be faster than."""

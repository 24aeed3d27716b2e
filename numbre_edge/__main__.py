"""``python -m numbre_edge`` is ``numbre-edge``."""

from numbre_edge.cli.app import main

main()

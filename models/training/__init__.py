"""How the bundled generator learns: `genstudio train`."""

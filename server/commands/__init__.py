"""The command `genstudio`, a file for each thing that it does."""

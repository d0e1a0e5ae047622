"""Networks, each whole in one file: pure torch, no files, no devices, no training loop."""

"""Checkpoint files -> networks, safely and strictly, for every family of generators.

    read.py        any file -> its tensors (`Checkpoint`); nothing in the file runs
    recognise.py   which family these keys belong to
    load.py        the frame around both: `load_network(path)`; `save_network` writes the plain form
    family.py      what a family is; a module per family beside it (biggan.py, ...): its keys, its config, its names
    program.py     the exception: TorchScript and torch.export files are programs; a manifest must name and pin them

docs/design/checkpoints.md tells what each layout is and where its traps are.
"""

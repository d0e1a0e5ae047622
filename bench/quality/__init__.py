"""How good the dreams are, measured without borrowed networks: `python -m bench.quality --collection FOLDER`.

A file per figure; `__main__.py` runs them all. What each figure means, its floors and its limits:
docs/design/quality.md.
"""

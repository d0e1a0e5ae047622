"""Pictures of every page in its states, for people to look at: `make screenshots`. Nothing here passes or fails.

`scene.py` opens pages and takes pictures, `hands.py` does what visitors do; `wall.py`, `phone.py`, `studio.py` and
`start.py` list the states of their page.
"""

"""The installation: everything that is opened, listened to, drawn or logged."""

import os

# Before torch is imported by anybody: its threads would spin between pictures and take the event loop's core
# (measured with one busy neighbour: 166 ms a picture instead of 94).
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

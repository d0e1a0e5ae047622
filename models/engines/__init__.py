"""What runs a generator's network: torch itself, or a compiler of it that was found faster here and equal.

A generator draws with torch from its first picture on. An engine is prepared beside it, checked against the float32
network, timed against torch, and put in its place only when it is clearly faster; the choice is remembered.
"""

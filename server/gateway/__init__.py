"""Sockets: who comes in, what they say, and a room's frames to every screen. No torch, no pictures drawn."""

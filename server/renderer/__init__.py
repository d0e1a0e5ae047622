"""What owns rooms and draws them: the loop of a room, the easel, and a change of models."""

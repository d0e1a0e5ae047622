"""Search over HTTP, by words and by look, and the visitors' own pictures."""

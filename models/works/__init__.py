"""Artworks: their records, their pictures, and what is prepared from them."""

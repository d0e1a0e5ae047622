"""Where artworks come from: a curator's folder, the Met's Open Access, any museum's IIIF. Into one form of folder."""

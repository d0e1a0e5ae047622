"""Charts of the collection on which every place has a latent."""

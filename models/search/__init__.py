"""What a picture looks like as numbers, and who is near."""

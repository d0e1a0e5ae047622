"""What is asked over HTTP: pages, works and their pictures, what was found, the operator's wishes."""

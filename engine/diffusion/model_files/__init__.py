"""What model files hold: headers, names and tensors; no networks. Most of it knows no torch."""

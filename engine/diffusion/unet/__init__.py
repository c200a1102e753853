"""What is changed inside a U-Net for one forward pass."""

"""Pictures and masks as tensors and as files."""

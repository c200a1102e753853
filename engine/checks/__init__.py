"""What the checks of a workflow know and say."""

"""What people type and the engine computes, within bounds."""

"""Node definitions: read from functions, told to clients."""

"""The server: HTTP and websocket in, plain calls on jobs, files and the worker out."""

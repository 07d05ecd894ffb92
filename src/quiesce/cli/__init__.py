"""The command line: one file a command; what they share is in `options`, `session`, `screen`."""

"""What a look adds to the store."""

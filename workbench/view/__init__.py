"""A stage to show quantities on."""

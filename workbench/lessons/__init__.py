"""One folder for each chapter that no single paper stands behind."""

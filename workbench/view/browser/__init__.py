"""Drawn by the browser: the stage in a cell, and pages that need no kernel."""

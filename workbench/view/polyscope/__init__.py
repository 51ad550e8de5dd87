"""Drawn by Polyscope, in processes of their own: in the cell, and in its window."""

"""Drawn here without a screen: pictures for tests, papers and pages without a browser."""

"""Sets of shapes or images: generated ones, and readers for the layouts that authors publish."""

from .humans import Body, humans, learn_and_test

__all__ = ["Body", "humans", "learn_and_test"]

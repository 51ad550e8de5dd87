"""The chapters in other forms: for students, for instructors, and as pages that need no kernel."""

from workbench.exporting.classroom import ExportError, instructor, student
from workbench.exporting.site import site

__all__ = ["ExportError", "instructor", "site", "student"]

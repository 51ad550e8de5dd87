"""workbench export: chapters for students, for instructors, or as pages that need no kernel."""


def add(commands) -> None:
    """The words of this command."""

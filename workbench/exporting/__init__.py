"""The chapters in other forms: for students, for instructors, and as pages that need no kernel."""

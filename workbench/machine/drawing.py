"""Doctor on drawing: the OpenGL libraries, Polyscope in a cell and in a window, the browser."""

import os
import sys

from workbench.machine.finding import LIBRARIES, OPTIONAL, Finding, ask, system_command


def libraries() -> list[Finding]:
    """The libraries Polyscope draws with on Linux; elsewhere the system brings its own."""
    if sys.platform != "linux":
        return []
    complaints, failure = ask("libraries", *LIBRARIES)
    findings = []
    for name, packages in LIBRARIES.items():
        wrong = failure or complaints.get(name, "")
        if wrong:
            # libGL fails to load where libX11 is missing, and its complaint says so: mend the one it names.
            blamed = next((brings for library, brings in LIBRARIES.items() if library in wrong), packages)
            findings.append(Finding(name, "missing", wrong, OPTIONAL["polyscope"], system_command(*blamed)))
        else:
            findings.append(Finding(name, "ok", f"from {packages[0]} (Debian) or {packages[1]} (Fedora)"))
    return findings


def polyscope(where: str) -> list[Finding]:
    """Whether Polyscope draws a triangle in a cell (without any window, on Linux) or into a window."""
    topic = f"Polyscope in a {where}"
    displays = ("DISPLAY", "WAYLAND_DISPLAY")
    linux = sys.platform == "linux"
    if where == "window" and linux and not any(map(os.environ.get, displays)):
        return [Finding(topic, "missing", "no display here", "Polyscope's own window; cells do not need it",
                        "run it on a machine with a screen, or under xvfb-run")]
    saw, failure = ask("polyscope_draws", where, hide=displays if where == "cell" and linux else ())
    if failure:
        return [Finding(topic, "broken", failure, OPTIONAL["polyscope"], "see the lines above")]
    return [Finding(topic, "ok", f"drew a triangle with {saw}")]


def browser() -> list[Finding]:
    return [Finding("WebGL in the browser", "unknown", "only the browser knows: chrome://gpu, about:support",
                    "where it is missing, the live stage: still pictures take its place")]

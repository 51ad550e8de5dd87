"""Doctor on drawing: the OpenGL libraries, each way to see a stage, and the one stage() takes here."""

import os
import sys

from workbench.machine.finding import INSTALL_AGAIN, LIBRARIES, OPTIONAL, Finding, ask, system_command

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")
STILLS = "pictures of what was learned, in pages without a kernel, files and tests"


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


def web() -> list[Finding]:
    """The stage that the browser draws: our half of it; the other half only the browser knows."""
    saw, failure = ask("web_stage")
    if failure:
        costs = "live scenes in a cell; still pictures take their place"
        return [Finding("WebGL stage", "broken", failure, costs, INSTALL_AGAIN)]
    return [Finding("WebGL stage", "ok", f"{saw}; whether a browser has WebGL it says itself (chrome://gpu, "
                    "about:support), and without it shows still pictures")]


def cell() -> list[Finding]:
    """Whether Polyscope draws a triangle without any window, as it must in a cell."""
    if sys.platform != "linux":
        return [Finding("Polyscope in a cell", "missing", "Polyscope draws without a window on Linux only",
                        OPTIONAL["polyscope"], "use the WebGL stage, or Polyscope's window")]
    saw, failure = ask("polyscope_draws", "cell", hide=DISPLAYS)
    return [_drew("Polyscope in a cell", saw, failure, OPTIONAL["polyscope"])]


def window() -> list[Finding]:
    """Whether Polyscope draws a triangle into a window; and what stage() takes, which depends on that."""
    costs = "a stage in a window of its own, for scripts; cells do not need it"
    if sys.platform == "linux" and not any(map(os.environ.get, DISPLAYS)):
        saw = "no display here: neither DISPLAY nor WAYLAND_DISPLAY is set"
        mends = "run it on a machine with a screen, through ssh -X, or under xvfb-run"
        found = Finding("Polyscope's window", "missing", saw, costs, mends)
    else:
        found = _drew("Polyscope's window", *ask("polyscope_draws", "window"), costs)
    script = "window" if found.state == "ok" else "still pictures, and says why"
    saw = f"web in a cell that a browser shows; in a script here {script}; still pictures elsewhere"
    return [found, Finding("stage() takes", "ok", saw)]


def still() -> list[Finding]:
    """Whether a picture of a scene can be painted without a browser and without OpenGL."""
    saw, failure = ask("still_picture")
    if failure:
        return [Finding("still pictures", "broken", failure, STILLS, INSTALL_AGAIN)]
    return [Finding("still pictures", "ok", saw)]


def _drew(topic, saw, failure, costs):
    if failure:
        return Finding(topic, "broken", failure, costs, "see the lines above")
    return Finding(topic, "ok", f"drew a triangle with {saw}")

"""Stages that turn together."""

import uuid


def link(*stages) -> None:
    """Let the cameras of these stages follow each other, wherever in the page they are; link(one) frees it.

    The browser links them, without the kernel: stages shown by the "web" back-end follow. A stage whose
    bodies have cameras of their own follows again once they turn together.
    """
    token = uuid.uuid4().hex if len(stages) > 1 else None
    for stage in stages:
        stage.linked = token
        with stage.board.lock:
            stage.screen.changed("world", "")

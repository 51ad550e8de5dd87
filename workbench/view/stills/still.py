"""The stage as pictures only: for scripts, papers, and pages where no browser runs."""

from workbench.view.painter import Camera


class Still:
    """A back-end without a screen: the cell shows the picture of the moment."""

    title = "still pictures"
    widget = None

    def __init__(self, stage):
        pass

    def changed(self, part: str, name: str) -> None:
        """Nothing: a picture is made when somebody asks for one."""

    def card(self) -> dict:
        """What a page shows: the picture of the moment, and the way back."""
        return {"words": "", "picture": True, "doors": [["Bring it to life", {"do": "switch", "to": "web"}]]}

    def bodies(self, width: int, height: int) -> None:
        """None: the painter makes it."""

    def follow(self, camera: Camera) -> None:
        """Nothing: the next picture stands there."""

    def close(self) -> None:
        """Nothing is held."""

"""One folder a paper: the card, the method, the experiment."""

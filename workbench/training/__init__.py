"""A run is an iterator of Snapshots; whoever looks is an observer."""

"""The last table: what the paper claims, what this page measured, whether they may be compared."""

HEAD = "| claim | paper | here | may they be compared? |\n|---|---|---|---|"


def table(*, live: float, shipped: float, alone: float, energy: tuple[float, float], rows: float,
          corner: float, memory: tuple[float, float], seconds: float) -> str:
    """The table in Markdown, every "here" from the values given.

    live, shipped, alone  100 x mean geodesic error: of the run on this page, of the network that came
                          along, of ZoomOut from signatures alone
    energy                Dirichlet energy of the features with and without consistency
    rows                  largest distance of a row sum from one, without any row in memory
    corner                largest distance of a smaller functional map from the corner of a larger one
    memory                MB of the matrix, and of a block of it
    seconds               of a hard ZoomOut between two bodies
    """
    lines = [
        ("unsupervised maps, FAUST (Table 1)", "1.9", f"{live:.1f} live, {shipped:.1f} shipped",
         "no: generated bodies of a thousand vertices, width 32; "
         "`python -m workbench.papers.fmaps faust` has their data"),
        ("ZoomOut alone, FAUST (Table 1)", "6.1", f"{alone:.1f}",
         "no: generated bodies, and a start that cannot tell left from right"),
        ("consistency makes features smooth (Fig. 5, no number)", "smoother",
         f"energy {energy[0]:.0f} with, {energy[1]:.0f} without",
         "the direction only: theirs are on SHREC19"),
        ("rows sum to one without underflow (4.1)", "exactly", f"off by {rows:.0e}", "yes: float32"),
        ("a smaller map is a corner of the larger (4.2)", "exactly", f"off by {corner:.0e}", "yes: float32"),
        ("memory is linear (Fig. 3)", "linear", f"{memory[1]:.2f} MB instead of {memory[0]:.1f} MB",
         "yes, of the matrix alone; times and sizes are in benchmarks/results/fmaps_scaling.md"),
        ("ZoomOut, 5,000 vertices (Table 3)", "3.6 s CPU, 0.1 s GPU", f"{seconds:.2f} s",
         "no: a thousand vertices, 50 tones; benchmarks/results/fmaps_speed.md has 5,000 and 130"),
    ]
    return "\n".join([HEAD, *(f"| {' | '.join(line)} |" for line in lines)])

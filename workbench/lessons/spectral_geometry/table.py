"""What is known on paper beside what was measured here: a table that only measured numbers enter."""

#: by measured number: the claim, what paper and pencil say, how the number is told, and why the two differ
CLAIMS = {
    "second": ("second tone of a drum over its first", "1.5933 (Bessel zeros)", "{:.4f}",
               "triangles instead of a disc: goes with h²"),
    "drum": ("slope of a drum's eigenvalue error over h", "2", "{:.2f}",
             "a law for h → 0, measured at a few h"),
    "sphere": ("the same for the sphere, l (l + 1)", "2", "{:.2f}", "as above"),
    "torus": ("the same for the flat torus, 4π² (a² + b²)", "2", "{:.2f}", "as above"),
    "factors": ("L from differences and from gradients", "equal", "apart by {:.0e}", "round-off"),
    "total": ("heat is conserved", "1", "off by {:.0e} after 64 steps", "round-off"),
    "steps": ("slope of implicit Euler's error over the number of steps", "-1", "{:.2f}",
              "first steps are too long for the law"),
    "stays": ("HKS is the heat that stays", "equal", "apart by {:.0e}", "round-off: the same modes"),
    "distance": ("geodesics in heat against exact ones", "equal for h → 0", "{:.1%} apart, on average, of "
                 "the farthest", "h is what it is"),
    "unit": ("L z / (M z) on the unit sphere", "2 everywhere", "{:.2f} to {:.2f}",
             "pointwise it converges slowest, where triangles are stretched"),
}


def table(**measured) -> str:
    """Markdown: claim | on paper | here | why they differ. measured: a number or a pair, by names in CLAIMS.

    Raises KeyError for another name.
    """
    rows = ["| claim | on paper | here | why they differ |", "|---|---|---|---|"]
    for name, number in measured.items():
        claim, paper, words, why = CLAIMS[name]
        told = words.format(*(number if isinstance(number, tuple) else (number,)))
        rows.append(f"| {claim} | {paper} | {told} | {why} |")
    return "\n".join(rows)

"""What the paper says beside what was measured here: a table that only measured numbers enter."""

from workbench.papers.hodgenet.method import HodgeNet

#: by measured number: the claim, the paper's words for it, how the number is told, and why the two differ
CLAIMS = {
    "live": ("mean error of the crease angle (8.4)", "0.17° after 15 minutes on 128 cores",
             "{:.3f}° in the run above",
             "same kind of square, but a smaller network, a gradient from all pairs, a rate that falls to "
             "zero, and running statistics for the last four fifths"),
    "shipped": ("the same, from a file", "0.17°", "{:.3f}°", "as above; the file says how it was made"),
    "heard": ("methods that know lengths only must fail at it (8.4)", "\"necessarily\"",
              "plain eigenvalues change by {:.0e} from one crease to another",
              "round-off: creasing is an isometry"),
    "cotan": ("the cotan Laplacian is a special case (4.1)", "for ε = 0, without negative weights",
              "largest difference {:.0e}", "round-off"),
    "descent": ("the truncated gradient descends (5.3)", "yes",
                "least cosine {:.3f} to the exact one", "three losses on one mesh, no proof"),
    "missing": ("twice as many pairs are good enough (5.3, 8.5)", "0.3 points less without them (Table 7)",
                "{:.0%} of a gradient still missing with 16 + 16", "another measure; training bears it"),
}


def table(**measured: float) -> str:
    """Markdown: claim | paper | here | why they differ. measured: numbers by the names in CLAIMS.

    The number of parameters in the paper's setting is counted here. Raises KeyError for another name.
    """
    count = sum(weights.numel() for weights in HodgeNet(6, 8, at="faces").parameters())
    rows = [("parameters, 8 classes at the faces (Table 1)", "31,720", f"{count:,}", "they do not")]
    for name, number in measured.items():
        claim, paper, words, why = CLAIMS[name]
        rows.append((claim, paper, words.format(number), why))
    head = ["| claim | paper | here | why they differ |", "|---|---|---|---|"]
    return "\n".join(head + ["| " + " | ".join(row) + " |" for row in rows])

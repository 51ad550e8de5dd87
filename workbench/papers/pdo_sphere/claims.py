"""What the paper says beside what was measured here: a table that only measured numbers enter."""

#: by measured number: the claim, the paper's words for it, how the number is told, and why the two differ
CLAIMS = {
    "first": ("derivatives by least squares (section 4): order of a first one", "not stated",
              "{} in the mean", "-"),
    "second": ("the same, of a second one", "not stated", "{} in the mean",
               "rings that are not their own mirror image leave an error of first order"),
    "slope": ("layers commute with rotations (Theorems 1 and 2)", "exactly, in the continuum",
              "error falls with exponent {}", "discrete; random band-limited signals, no ReLU"),
    "gain": ("carrying frames is part of it", "not legible", "error {:.0f} times larger without",
             "on the finest level measured above"),
    "upright": ("Spherical MNIST, N/N", "99.44 % (small), 99.60 % (large)", "{:.1%} on another set",
                "scikit-learn's 8 x 8 digits, 1,200 of them, level 3: not comparable"),
    "turned": ("Spherical MNIST, N/R", "90.14 % (small), 94.25 % (large)", "{:.1%} on another set",
               "as above"),
    "twin": ("a network without orientations, N/R", "other rows of its table", "{:.1%} on another set",
             "our twin, as many weights; not one of the paper's"),
}


def table(**measured) -> str:
    """Markdown: claim | paper | here | why they differ. measured: by names in CLAIMS, else KeyError."""
    lines = ["| claim | paper | here | why they differ |", "|---|---|---|---|"]
    for name, found in measured.items():
        claim, paper, words, why = CLAIMS[name]
        lines.append(f"| {claim} | {paper} | {words.format(found)} | {why} |")
    return "\n".join(lines)

"""DiffusionNet (Sharp, Attaiki, Crane, Ovsjanikov 2022)."""

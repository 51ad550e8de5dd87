"""What benchmarks/stage.py needs: a page that is watched, the kernel's side of it, one file for each part."""

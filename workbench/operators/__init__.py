"""Linear maps on a shape: derivative, Laplacian, gradient, spectrum, and what is read off them."""

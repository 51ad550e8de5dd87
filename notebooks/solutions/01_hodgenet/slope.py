def my_slope(x, evalue, dL, dM):
    return x @ (dL - evalue * dM) @ x

def my_transport(P, Q, t):
    return t - (P + Q) * (Q @ t) / (1 + P @ Q)

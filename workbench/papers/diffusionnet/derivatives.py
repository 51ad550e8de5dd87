"""Hand-written derivatives of the steps that cost most, so that training keeps and passes over few arrays."""

import torch
from torch.autograd.function import Function, once_differentiable


class PairProducts(Function):
    """g = tanh(w_x b_x + w_y b_y) with b = w A: the real part of conj(w) * (A w), Sharp et al. 2022, Eq. 6.

    w (n, 2, c), g (n, c); A (2c, 2c) acts on the row (w_x, w_y) of a vertex, or (c, c) on w_x and w_y alike.
    With q = (1 - g^2) dg:  db = q w,  dw = q b + db A^T,  dA = w^T db.
    """

    @staticmethod
    def forward(ctx, w, A):
        rows = w.view(-1, len(A))
        b = (rows @ A).view_as(w)
        g = torch.mul(w[:, 0], b[:, 0]).addcmul_(w[:, 1], b[:, 1]).tanh_()
        ctx.save_for_backward(w, A, b, g)
        return g

    @staticmethod
    @once_differentiable
    def backward(ctx, dg):
        w, A, b, g = ctx.saved_tensors
        q = torch.addcmul(dg, dg * g, g, value=-1)[:, None]
        db = (q * w).view(-1, len(A))
        dw = (q * b).view(-1, len(A)).addmm_(db, A.T)
        return dw.view_as(w), w.view(-1, len(A)).T @ db


class AffineOfParts(Function):
    """[x_1, x_2, ...] W^T + b without ever writing the parts side by side.

    W (m, c_1 + c_2 + ...), b (m,), x_i (n, c_i); result (n, m).
    """

    @staticmethod
    def forward(ctx, W, b, *parts):
        ctx.save_for_backward(W, *parts)
        first, *rest = zip(_columns(W, parts), parts, strict=True)
        y = torch.addmm(b, first[1], first[0].T)
        for block, part in rest:
            y.addmm_(part, block.T)
        return y

    @staticmethod
    @once_differentiable
    def backward(ctx, dy):
        W, *parts = ctx.saved_tensors
        dW = torch.cat([dy.T @ part for part in parts], dim=1)
        wanted = ctx.needs_input_grad[2:]
        return dW, dy.sum(0), *(dy @ block if want else None
                                for block, want in zip(_columns(W, parts), wanted, strict=True))


def _columns(W, parts):
    return W.split([part.shape[1] for part in parts], dim=1)


class ImplicitHeat(Function):
    """h = (M + t L)^-1 M u, column by column; Sharp et al. 2022, Eq. 2. u, h (n, c), t (c,).

    The system is symmetric, so one more solve with the same factor, a = (M + t L)^-1 dh, gives both
    derivatives: du = M a  and  dt = -sum over vertices of a * (L h). The solver works in float64 on the CPU.
    """

    @staticmethod
    def forward(ctx, u, t, solver):
        times = _numpy(t)
        h = solver.solve(solver.M[:, None] * _numpy(u), times)
        ctx.solver, ctx.times, ctx.h = solver, times, h
        return u.new_tensor(h)

    @staticmethod
    @once_differentiable
    def backward(ctx, dh):
        a = ctx.solver.solve(_numpy(dh), ctx.times)
        dt = -(a * (ctx.solver.L @ ctx.h)).sum(0)
        return dh.new_tensor(ctx.solver.M[:, None] * a), dh.new_tensor(dt), None


def _numpy(x):
    return x.detach().cpu().double().numpy()

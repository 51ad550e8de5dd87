"""Features in which images of one class are near: Siamese networks with the contrastive loss (Eq. 21)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from workbench.datasets.images import Images
from workbench.quantities import Snapshot
from workbench.training import Knobs, descend


@dataclass(frozen=True)
class Pairs:
    """How a Siamese network learns: Table 3, but for steps instead of epochs.

    pairs   of images a step, half of them of one class; the paper's 500 epochs of 60,000 are 234,000 steps
    margin  epsilon of Eq. 21, of which the paper only says that it is positive
    """

    pairs: int = 128
    margin: float = 1.0
    lr: float = 1e-3
    steps: int = 1000
    seed: int = 0


def siamese_net(pixels: tuple[int, int], seed: int = 0) -> nn.Sequential:
    """The network of Table 2, grey images -> 16 features: two convolutions of 5 x 5, each with pooling, where
    images have 28 x 28 pixels; the same without them, for the 8 x 8 of scikit-learn's digits.

    Raises ValueError for images of another size.
    """
    torch.manual_seed(seed)
    if pixels == (28, 28):
        seeing = [nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.Flatten()]
        seen = 50 * 4 * 4
    elif pixels == (8, 8):
        seeing, seen = [nn.Flatten()], 64
    else:
        raise ValueError(f"images have 28 x 28 or 8 x 8 pixels; got {pixels}")
    net = nn.Sequential(*seeing, nn.Linear(seen, 512), nn.ReLU(), nn.Linear(512, 16))
    # so laid out in memory, convolutions and pooling cost three fifths of what they do otherwise
    return net.to(memory_format=torch.channels_last)


def contrastive(
    z1: Float[Tensor, "b c"], z2: Float[Tensor, "b c"], same: Bool[Tensor, " b"], margin: float
) -> Float[Tensor, ""]:
    """The mean over pairs of |z1 - z2|^2 if of one class, else max(0, margin - |z1 - z2|)^2. Eq. 21."""
    squares = ((z1 - z2) ** 2).sum(dim=1)
    # a root has no derivative at zero, where pairs of different images never are but by an accident
    apart = (margin - (squares + 1e-12).sqrt()).clamp(min=0) ** 2
    return torch.where(same, squares, apart).mean()


def draw_pairs(
    labels: Int[np.ndarray, " n"], count: int, draw: np.random.Generator
) -> tuple[Int[np.ndarray, " b"], Int[np.ndarray, " b"], Bool[np.ndarray, " b"]]:
    """Two images each, the first half of one class, the others of two: indices, and whether they are one.

    Raises ValueError where all images are of one class.
    """
    order = np.argsort(labels, kind="stable")
    classes, counts = np.unique(labels, return_counts=True)
    if len(classes) < 2:
        raise ValueError("pairs of different classes need two classes; there is one")
    ends = np.cumsum(counts)
    place = np.searchsorted(classes, labels)
    first = draw.integers(len(labels), size=count)
    same = np.arange(count) < count // 2
    mine = place[first]
    inside = ends[mine] - counts[mine] + draw.integers(1 << 40, size=count) % counts[mine]
    outside = (ends[mine] + draw.integers(1 << 40, size=count) % (len(labels) - counts[mine])) % len(labels)
    return first, order[np.where(same, inside, outside)], same


def pair_losses(how: Pairs, net: nn.Module, images: Images) -> Callable[[], Tensor]:
    """A function whose every call draws pairs of images and gives their contrastive loss."""
    draw, weight = np.random.default_rng(how.seed), next(net.parameters())
    pixels = torch.tensor(images.pixels[:, None], dtype=weight.dtype, device=weight.device)

    def loss():
        first, second, same = draw_pairs(images.labels, how.pairs, draw)
        z = net(pixels[np.concatenate([first, second])])
        return contrastive(*z.chunk(2), torch.as_tensor(same, device=z.device), how.margin)

    return loss


def learn_features(how: Pairs, net: nn.Module, images: Images) -> Iterator[Snapshot]:
    """Adam on the contrastive loss of pairs drawn from the seed; the weights of net change in place."""
    loss = pair_losses(how, net, images)

    def objective(step):
        return loss()

    yield from descend(net.parameters(), objective, how.steps, Knobs(lr=how.lr))


def features(net: nn.Module, images: Images, some: int = 1000) -> Float[np.ndarray, "n c"]:
    """The features of all images, so many at a time."""
    weight = next(net.parameters())
    with torch.no_grad():
        parts = [net(torch.tensor(part[:, None], dtype=weight.dtype, device=weight.device))
                 for part in np.array_split(images.pixels, -(-len(images.pixels) // some))]
    return torch.cat(parts).double().cpu().numpy()

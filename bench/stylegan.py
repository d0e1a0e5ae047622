"""How fast StyleGAN2 draws, against its authors' computation in eager float32: `python -m bench.stylegan`.

The peer is what their code runs without its own CUDA kernels: a weight per picture, grouped convolutions, and filters
as zeros, padding and depthwise convolutions. Ours is `stylegan2_fast.folded`. Random weights of the published 256 px
shape, in the recipe of the golden sets; the two take turns in one process. Then the error against float32 on a slow
walk between latents, in levels of 255 for a picture that spans +-2 standard deviations, as a trained one does.
"""

from __future__ import annotations

import argparse
import math
import os
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from bench.machine import machine_line, median_ratio, seconds, table
from models.generator import pick_dtype
from models.networks import stylegan2
from models.networks.stylegan2 import StyledConv, StyleGAN2, StyleGAN2Config
from models.networks.stylegan2_fast import folded

WALK = 12
"""Steps between two latents."""


def main(rounds: int, resolution: int, batches: list[int]) -> None:
    """Print ms a frame and the ratio, by threads and batch, and the error of the fast network."""
    print(machine_line())
    channels = tuple(min(16384 // side, 512) for side in (4 << i for i in range(resolution.bit_length() - 2)))
    torch.manual_seed(1)
    network = lived_in(StyleGAN2(StyleGAN2Config(resolution=resolution, channels=channels)))
    dtype = pick_dtype("auto", torch.device("cpu"))
    fast = folded(network, dtype)
    errors(network, fast, rounds=WALK)
    as_its_authors()
    rows = []
    for threads in range(1, (os.cpu_count() or 1) + 1):
        torch.set_num_threads(threads)
        for batch in batches:
            z = torch.randn(batch, 512)

            def peer(z: Tensor = z) -> Any:
                with torch.inference_mode():
                    return network(z)

            def ours(z: Tensor = z) -> Any:
                with torch.inference_mode():
                    return fast(z)

            seconds(peer), seconds(ours, repeat=3)
            ratio = median_ratio(lambda: seconds(peer), lambda: seconds(ours), rounds=rounds)
            shown = [f"{spent / batch * 1e3:.0f}" for spent in (ratio.ours, ratio.peer)]
            rows.append([f"{threads} threads, batch {batch}", *shown, str(ratio)])
    print(table(rows, header=["", "authors' float32 ms/frame", f"ours, {dtype} ms/frame", "theirs / ours"]))


def errors(network: StyleGAN2, fast: StyleGAN2, rounds: int) -> None:
    a, b = torch.randn(2, 512)
    off = []
    with torch.inference_mode():
        for step in torch.linspace(0, 1, rounds):
            z = torch.lerp(a, b, step)[None]
            exact = network(z)
            off.append((fast(z) - exact).abs() * (255 / (4 * exact.std())))
    levels = torch.stack(off)
    highest = levels.flatten().kthvalue(math.ceil(0.999 * levels.numel())).values
    print(f"error on a walk of {rounds} pictures, levels: mean {levels.mean():.2f}, 99.9th percentile {highest:.2f}")


def lived_in(network: StyleGAN2) -> StyleGAN2:
    """Weights of the golden sets' spread."""
    for key, value in network.named_parameters():
        if key.startswith("mapping.fc") and key.endswith("weight"):
            value.data = 100 * torch.randn(value.shape)
        elif key.endswith("bias"):
            value.data += 0.1 * torch.randn(value.shape)
        elif key.endswith("noise_strength"):
            value.data.fill_(0.3)
    return network.eval().requires_grad_(False)


# -- the peer --------------------------------------------------------------------------------------------------------


def as_its_authors() -> None:
    """Make the network compute in the usual form: the same pictures, the authors' operations."""
    StyledConv.forward = grouped_forward  # type: ignore[method-assign]
    stylegan2.doubled = filtered_doubling


def grouped_forward(self: StyledConv, x: Tensor, w: Tensor, noise: str = "const", gain: float = 1.0) -> Tensor:
    style = self.affine(w)
    batch, (c_out, c_in) = len(x), self.weight.shape[:2]
    own = self.weight[None] * style[:, None, :, None, None]
    own = own * (own.square().sum(dim=(2, 3, 4), keepdim=True) + 1e-8).rsqrt()  # (B, c_out, c_in, 3, 3)
    x = x.reshape(1, batch * c_in, *x.shape[2:])
    if self.up:
        x = F.conv_transpose2d(x, own.transpose(1, 2).flatten(0, 1), stride=2, groups=batch)
        kernel = (self.resample_filter.flip(0, 1) * 4).expand(batch * c_out, 1, 4, 4)
        x = F.conv2d(F.pad(x, (1, 1, 1, 1)), kernel, groups=batch * c_out)
    else:
        x = F.conv2d(x, own.flatten(0, 1), padding=1, groups=batch)
    x = x.view(batch, c_out, *x.shape[2:]) + self.noise_const * self.noise_strength
    x = F.leaky_relu(x + self.bias[:, None, None], 0.2) * (math.sqrt(2) * gain)
    return x if self.clamp is None else x.clamp(-self.clamp * gain, self.clamp * gain)


def filtered_doubling(x: Tensor, kernel: Tensor) -> Tensor:
    b, c, height, width = x.shape
    x = F.pad(x.reshape(b, c, height, 1, width, 1), (0, 1, 0, 0, 0, 1)).reshape(b, c, 2 * height, 2 * width)
    return F.conv2d(F.pad(x, (2, 1, 2, 1)), (kernel.flip(0, 1) * 4).expand(c, 1, 4, 4), groups=c)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--resolution", type=int, default=256)
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 8])
    arguments = parser.parse_args()
    main(arguments.rounds, arguments.resolution, arguments.batch)

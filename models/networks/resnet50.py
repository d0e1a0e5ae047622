"""ResNet-50 (He et al. 2016): what a picture shows, as 2,048 numbers learnt from a thousand kinds of things.

Our own definition in the form that torchvision publishes weights for ("v1.5": a block halves the picture in its 3 x 3
convolution, not in its first), with the same names, so that such a state dict is loaded key by key. We ship no weights:
the user gives a file. Batch norms are folded into their convolutions and the classifier is dropped once it was checked.

Pure torch: files are opened by `models/checkpoints/read.py`. Not for training.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from models.checkpoints.read import read
from models.errors import ModelError

STAGES: Final = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))
"""(width, blocks, stride) of layer1 ... layer4."""

EXPANSION: Final = 4
"""A block ends with four times its width."""

FEATURES: Final = 2048
CLASSES: Final = 1000

RESIZED, SIDE = 256, 224
"""Pixels: the picture is brought to 256, and its middle 224 are looked at, as when the published weights are tested."""

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of R, G, B in [0, 1] over ImageNet: what the published weights expect to have been taken off and divided by."""

UNUSED: Final = "num_batches_tracked"
"""Counters that batch norms keep while they train: older published files lack them, and nothing here reads them."""

SHOWN_FAULTS: Final = 3
"""Keys named in a refusal: the first few tell what is wrong."""


class Bottleneck(nn.Module):
    """Narrow, look, widen, and add to what came: (B, c_in, H, W) -> (B, 4 width, H / stride, W / stride)."""

    def __init__(self, c_in: int, width: int, stride: int) -> None:
        super().__init__()
        c_out = EXPANSION * width
        self.conv1, self.bn1 = nn.Conv2d(c_in, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride=stride, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.conv3, self.bn3 = nn.Conv2d(width, c_out, 1, bias=False), nn.BatchNorm2d(c_out)
        self.downsample: nn.Sequential | None = None
        if stride > 1 or c_in != c_out:
            self.downsample = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride=stride, bias=False), nn.BatchNorm2d(c_out))

    def forward(self, x: Tensor) -> Tensor:
        came = x if self.downsample is None else self.downsample(x)
        x = F.relu(self.bn1(self.conv1(x)))
        x = F.relu(self.bn2(self.conv2(x)))
        return F.relu(self.bn3(self.conv3(x)) + came)


class ResNet50(nn.Module):
    """Pictures (B, 3, H, W) as `prepared` makes them -> pooled features (B, 2048), each at least 0."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.layer1, self.layer2, self.layer3, self.layer4 = (
            stage(c_in, *shape) for c_in, shape in zip((64, 256, 512, 1024), STAGES, strict=True)
        )
        self.fc: nn.Module = nn.Linear(FEATURES, CLASSES)
        """Not used for features; there so that a whole file can be checked."""

    def forward(self, x: Tensor) -> Tensor:
        return self.maps(x)[-1].mean(dim=(2, 3))

    def maps(self, x: Tensor) -> list[Tensor]:
        """Activations after each stage: (B, 256, H / 4, W / 4) ... (B, 2048, H / 32, W / 32)."""
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, stride=2, padding=1)  # (B, 64, H / 4, W / 4)
        maps = []
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = layer(x)
            maps.append(x)
        return maps


def stage(c_in: int, width: int, blocks: int, stride: int) -> nn.Sequential:
    """The first block changes the size, the others keep it."""
    c_out = EXPANSION * width
    return nn.Sequential(Bottleneck(c_in, width, stride), *(Bottleneck(c_out, width, 1) for _ in range(blocks - 1)))


def prepared(pictures: Tensor) -> Tensor:
    """Pictures (B, 3, R, R) in [-1, 1], R >= 1 -> (B, 3, 224, 224) as the published weights expect; differentiable."""
    if pictures.shape[-1] != RESIZED:
        pictures = F.interpolate(pictures, size=(RESIZED, RESIZED), mode="bilinear", antialias=True)
    rim = (RESIZED - SIDE) // 2
    middle = pictures[..., rim : rim + SIDE, rim : rim + SIDE]
    mean, std = (torch.tensor(values, device=middle.device).view(1, 3, 1, 1) for values in (MEAN, STD))
    return ((middle + 1) / 2 - mean) / std


def folded(network: ResNet50) -> ResNet50:
    """The same network in evaluation mode, batch norms folded in, classifier dropped; changed in place."""
    network.requires_grad_(False)
    network.conv1, network.bn1 = fuse_conv_bn_eval(network.conv1, network.bn1), nn.Identity()  # type: ignore[assignment]
    for block in network.modules():
        if isinstance(block, Bottleneck):
            for i in (1, 2, 3):
                fused = fuse_conv_bn_eval(getattr(block, f"conv{i}"), getattr(block, f"bn{i}"))
                setattr(block, f"conv{i}", fused)
                setattr(block, f"bn{i}", nn.Identity())
            if block.downsample is not None:
                conv, norm = block.downsample
                block.downsample = nn.Sequential(fuse_conv_bn_eval(conv, norm))  # type: ignore[type-var, arg-type]
    network.fc = nn.Identity()
    return network


def load_resnet50(path: Path) -> tuple[ResNet50, str]:
    """The folded network of a file that holds torchvision's state dict (.pth or .safetensors), and the file's sha256.

    Raises ModelError: not there, truncated, more than tensors, another architecture, a weight that is not finite.
    """
    if not path.is_file():
        raise ModelError(f"there are no ResNet-50 weights at {path}; give torchvision's file, .pth or .safetensors")
    file = read(path)
    network = filled(path.name, file.tensors)
    return folded(network), file.sha256


def filled(name: str, tensors: Mapping[str, Tensor]) -> ResNet50:
    """A network with these weights, in evaluation mode, strictly; `name` is for refusals. Raises ModelError."""
    with torch.device("meta"):  # no random weights are drawn only to be replaced
        network = ResNet50()
    wanted = {key: value.shape for key, value in network.state_dict().items() if not key.endswith(UNUSED)}
    given = {key: value for key, value in tensors.items() if not key.endswith(UNUSED)}
    faults = [f"lacks {key}" for key in wanted.keys() - given.keys()]
    faults += [f"has {key} besides" for key in given.keys() - wanted.keys()]
    faults += [
        f"has {key} {tuple(given[key].shape)}, not {tuple(shape)}"
        for key, shape in wanted.items()
        if key in given and given[key].shape != shape
    ]
    if faults:
        shown = "; ".join(sorted(faults)[:SHOWN_FAULTS])
        more = f"; and {len(faults) - SHOWN_FAULTS} more" if len(faults) > SHOWN_FAULTS else ""
        raise ModelError(f"{name} is not torchvision's ResNet-50: it {shown}{more}")
    for key, value in given.items():
        if not bool(torch.isfinite(value).all()):
            raise ModelError(f"{name}: {key} holds a weight that is not finite; fetch the file again")
    counters = {key: torch.zeros((), dtype=torch.long) for key in network.state_dict() if key.endswith(UNUSED)}
    network.load_state_dict({**given, **counters}, assign=True)
    return network.eval()

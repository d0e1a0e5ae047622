"""Convolutions for drawing on a processor: weights laid out once, the rectifier in the same pass.

torch's own convolution hands oneDNN its weights in the common layout, which oneDNN turns into its own at every call: at
few pixels that takes longer than the convolution. Here that is done once, by the operators that torch's own compiler
calls. They are not public: where `packed` fails, the plain network draws on. They take no gradient: where one is wanted
the plain layer runs. Same results as the plain layers, up to the rounding that one pass less saves.
"""

from __future__ import annotations

import copy
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class RectifiedConv(nn.Conv2d):
    """A convolution and a leaky rectifier after it."""

    slope = 0.2

    def forward(self, x: Tensor) -> Tensor:
        return F.leaky_relu_(super().forward(x), self.slope)


KINDS = (nn.Conv2d, RectifiedConv, nn.ConvTranspose2d)
"""What is packed; kinds made of these may do more than convolve."""


def packed(network: nn.Module) -> nn.Module:
    """The network on the processor with its convolutions packed, as their weights are now; all tensors are shared.

    Raises RuntimeError where torch, or the processor, cannot do that.
    """
    made = copy.deepcopy(network, {id(tensor): tensor for tensor in network.parameters()})
    for parent in list(made.modules()):
        for name, layer in list(parent.named_children()):
            if type(layer) in KINDS:
                setattr(parent, name, PackedConv(layer))  # type: ignore[arg-type]
    return made


class PackedConv(nn.Module):
    """The same call as the layer that it is made of. (B, c_in, H, W) channels-last -> the same in the same type."""

    def __init__(self, layer: nn.Conv2d | nn.ConvTranspose2d) -> None:
        """Raises RuntimeError."""
        super().__init__()
        operators: Any = torch.ops.mkldnn
        turned = "_transpose" if isinstance(layer, nn.ConvTranspose2d) else ""
        try:
            reorder = getattr(operators, f"_reorder_convolution{turned}_weight")
            self._run = getattr(operators, f"_convolution{turned}_pointwise")
        except AttributeError as error:
            raise RuntimeError(f"this torch has no packed convolution: {error}") from error
        if layer.weight.dtype == torch.bfloat16 and not operators._is_mkldnn_bf16_supported():
            raise RuntimeError("this processor multiplies no bf16")
        more = (layer.output_padding,) if turned else ()
        self._form = (layer.padding, *more, layer.stride, layer.dilation, layer.groups)
        self._after = ("leaky_relu", [layer.slope], "") if isinstance(layer, RectifiedConv) else ("none", [], "")
        self._packed = reorder(layer.weight.detach(), *self._form)
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        if x.requires_grad:
            drawn: Tensor = self.layer(x)
        else:
            drawn = self._run(x, self._packed, self.layer.bias, *self._form, *self._after)
        return drawn

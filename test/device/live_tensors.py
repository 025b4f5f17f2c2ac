"""Bytes of the tensors that are alive at once during a training step, counted without computing one.

The step runs on fake tensors (torch's FakeTensorMode), which have shapes and types but no values, so that any size runs on
any machine. Every storage that an operation gives is counted from then until it is freed. On real tensors the count is the
same. Not counted are what a kernel uses while it runs (workspaces of cuDNN), what the allocator rounds up and keeps, and
CUDA itself, so that a GPU needs more.
"""

import contextlib
import weakref
from unittest import mock

import torch
from torch._subclasses.fake_tensor import FakeTensorMode, unset_fake_temporarily
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class LiveTensors(TorchDispatchMode):
    """Counts bytes of the storages alive: `now`, and the most at once, `peak`."""

    def __init__(self):
        super().__init__()
        self.sizes = {}
        self.now = self.peak = 0

    def add(self, tensor):
        storage = tensor.untyped_storage()
        key = storage._cdata
        if key in self.sizes:
            return
        self.sizes[key] = storage.nbytes()
        self.now += self.sizes[key]
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self.drop, key)

    def drop(self, key):
        self.now -= self.sizes.pop(key)

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(out):
            if isinstance(leaf, torch.Tensor):
                self.add(leaf)
        return out


def without_values(net):
    """The network with fake parameters and buffers in place of its own; within FakeTensorMode."""
    for module in net.modules():
        for name, value in module._parameters.items():
            if value is not None:
                module._parameters[name] = torch.nn.Parameter(torch.empty(value.shape))
        for name, value in module._buffers.items():
            if value is not None:
                module._buffers[name] = torch.empty(value.shape, dtype=value.dtype)
    return net


real_arange = torch.arange


def arange_with_values(*args, **kwargs):
    """DiceLoss reads a list of axes out of torch.arange, which a fake tensor does not have."""
    with unset_fake_temporarily():
        return real_arange(*args, **kwargs)


def step_bytes(net, loss, patch, fake=True):
    """Bytes alive after the forward pass and the most at once of a training step of one patch with AdamW, in float32."""
    with FakeTensorMode() if fake else contextlib.nullcontext():
        if fake:
            without_values(net)
        optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4)
        image, label = torch.zeros(1, 1, *patch), torch.zeros(1, 1, *patch)
        # A step of no gradient makes AdamW's moments, which are there from the second step on.
        for parameter in net.parameters():
            parameter.grad = torch.zeros_like(parameter)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        live = LiveTensors()
        moments = [t for state in optimizer.state.values() for t in state.values() if isinstance(t, torch.Tensor)]
        for tensor in [*net.parameters(), *net.buffers(), *moments, image, label]:
            live.add(tensor)
        with live:
            out = net(image)
            with mock.patch.object(torch, "arange", arange_with_values if fake else real_arange):
                value = loss(out, label)
            after_forward = live.now
            value.backward()
            optimizer.step()
        return {"after_forward_bytes": after_forward, "peak_bytes": live.peak}

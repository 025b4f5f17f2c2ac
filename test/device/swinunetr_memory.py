"""Peak GPU memory and time of a training step and of inference of MONAI's SwinUNETR, for the patches that swinprep writes.

    pip install -r test/device/requirements.txt
    python test/device/swinunetr_memory.py                     # on a GPU, under 8 minutes
    python test/device/swinunetr_memory.py --device cpu --small
    python test/device/swinunetr_memory.py --computed          # what tensors take, without a GPU: live_tensors.py

Writes swinunetr-memory.json and the tables of docs/train.md, swinunetr-memory.md, into --out; --computed prints JSON.
A step is forward, DiceCELoss, backward and AdamW of one patch; its time the median of --steps after --warmup. Every
configuration runs in a process of its own. Mixed precision is autocast in bfloat16, where the GPU has it, or float16.
"""

import argparse
import gc
import json
import multiprocessing
import os
import pathlib
import statistics
import sys
import time
import warnings

warnings.simplefilter("ignore")
# To ask whether there is a GPU must not start CUDA in the process that is forked.
os.environ.setdefault("PYTORCH_NVML_BASED_CUDA_CHECK", "1")

# What `--patch` of swinprep offers, smaller patches to sample from its ROIs, and the largest ROI of `adaptive`.
PATCHES = ["192x192x64", "160x160x64", "128x128x64", "96x96x64", "256x256x96"]
FEATURE_SIZES = [48, 24]
# Mixed precision, checkpointing.
MODES = [(False, False), (True, False), (False, True), (True, True)]
SMALL = ("64x32x32", 12)

# GB of one GPU, or of the part of one that a size has, by Azure's pages of the series.
AZURE_GPU_GB = {
    "Standard_NV6ads_A10_v5": 4,
    "Standard_NV12ads_A10_v5": 8,
    "Standard_NV18ads_A10_v5": 12,
    "Standard_NC4as_T4_v3": 16,
    "Standard_NV36ads_A10_v5": 24,
    "Standard_ND96asr_v4": 40,
    "Standard_NC24ads_A100_v4": 80,
    "Standard_NC40ads_H100_v5": 94,
    "Standard_ND96isr_H200_v5": 141,
}
# A size holds what takes no more than this share of its memory: drivers keep some of it, and no two steps are equal.
HELD_SHARE = 0.9


def configuration(patch, feature_size, mixed_precision, checkpointing):
    return {
        "patch": patch,
        "feature_size": feature_size,
        "mixed_precision": mixed_precision,
        "checkpointing": checkpointing,
    }


def configurations():
    """Those that say most come first: time may end before the list."""
    return [
        configuration(patch, size, *mode) for patch in PATCHES for mode in MODES for size in FEATURE_SIZES
    ]


def edges(patch):
    return tuple(int(n) for n in patch.split("x"))


def network(config):
    from monai.networks.nets import SwinUNETR

    return SwinUNETR(
        in_channels=1,
        out_channels=2,
        feature_size=config["feature_size"],
        use_checkpoint=config["checkpointing"],
    )


def segmentation_loss():
    from monai.losses import DiceCELoss

    return DiceCELoss(to_onehot_y=True, softmax=True)


def parameters_of(net):
    return sum(p.numel() for p in net.parameters())


class GpuMeter:
    """Peaks of torch's allocator."""

    def __init__(self):
        import torch

        self.torch = torch
        self.half = torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16

    def synchronize(self):
        self.torch.cuda.synchronize()

    def reset(self):
        self.torch.cuda.empty_cache()
        self.torch.cuda.reset_peak_memory_stats()

    def peak(self):
        free, total = self.torch.cuda.mem_get_info()
        return {
            "peak_allocated_bytes": self.torch.cuda.max_memory_allocated(),
            "peak_reserved_bytes": self.torch.cuda.max_memory_reserved(),
            # CUDA itself, and whatever else runs on this GPU.
            "beside_bytes": total - free - self.torch.cuda.memory_reserved(),
        }


class CpuMeter:
    """The largest resident set of this process (Linux)."""

    def __init__(self):
        import torch

        self.half = torch.bfloat16

    def synchronize(self):
        pass

    def reset(self):
        pathlib.Path("/proc/self/clear_refs").write_text("5")

    def peak(self):
        status = pathlib.Path("/proc/self/status").read_text()
        return {"peak_rss_bytes": int(status.split("VmHWM:")[1].split()[0]) * 1024}


def median_seconds(meter, what, steps, warmup):
    seconds = []
    for _ in range(warmup + steps):
        meter.synchronize()
        start = time.perf_counter()
        what()
        meter.synchronize()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[warmup:])


def measure(config, options):
    """Training and inference of one configuration, in this process."""
    import torch

    device = options.device
    meter = GpuMeter() if device == "cuda" else CpuMeter()
    mixed = config["mixed_precision"]
    net = network(config).to(device)
    parameters = parameters_of(net)
    loss = segmentation_loss()
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4)
    scaler = torch.amp.GradScaler(device, enabled=mixed and meter.half is torch.float16)
    image = torch.randn(1, 1, *edges(config["patch"]), device=device)
    label = (image > 2).float()

    def forward():
        with torch.autocast(device, meter.half, enabled=mixed):
            return net(image)

    def training_step():
        optimizer.zero_grad(set_to_none=True)
        scaler.scale(loss(forward().float(), label)).backward()
        scaler.step(optimizer)
        scaler.update()

    meter.reset()
    training = {"seconds": median_seconds(meter, training_step, options.steps, options.warmup), **meter.peak()}
    optimizer.zero_grad(set_to_none=True)
    del optimizer, scaler, training_step
    gc.collect()
    net.eval()
    with torch.inference_mode():
        meter.reset()
        inference = {"seconds": median_seconds(meter, forward, options.steps, options.warmup), **meter.peak()}
    half = str(meter.half).removeprefix("torch.") if mixed else None
    return {"state": "measured", "parameters": parameters, "autocast": half, "training": training, "inference": inference}


def child(config, options, pipe):
    import torch

    try:
        pipe.send(measure(config, options))
    except torch.OutOfMemoryError:
        pipe.send({"state": "does not fit"})
    except Exception as error:
        pipe.send({"state": "failed", "why": f"{type(error).__name__}: {error}"})


def in_process(config, options, seconds):
    """Measures in a process of its own, which ends after so many seconds."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(target=child, args=(config, options, theirs))
    process.start()
    theirs.close()
    try:
        found = ours.recv() if ours.poll(seconds) else {"state": "not measured", "why": "the time was up"}
    except EOFError:
        process.join()
        found = {"state": "failed", "why": f"the process ended with {process.exitcode}"}
    process.kill()
    process.join()
    return found


def measure_all(todo, options):
    """Every configuration with what was found, as far as the time goes."""
    # Imported before the fork, once for all; nothing of CUDA is touched here.
    import monai.losses
    import monai.networks.nets  # noqa: F401

    end = time.monotonic() + options.minutes * 60
    longest = 0.0
    for config in todo:
        start = time.monotonic()
        if start + longest > end:
            found = {"state": "not measured", "why": "the time was up"}
        else:
            found = in_process(config, options, end - start)
            longest = max(longest, time.monotonic() - start)
        print(" ".join(str(v) for v in config.values()), json.dumps(found), file=sys.stderr, flush=True)
        yield {**config, **found}


def needed_bytes(row):
    return row["training"]["peak_reserved_bytes"] + row["training"]["beside_bytes"]


def sizes_that_hold(need):
    return [name for name, gb in AZURE_GPU_GB.items() if need <= HELD_SHARE * gb * 1e9]


def cell(row):
    if row["state"] != "measured":
        return row["state"]
    training, inference = row["training"], row["inference"]
    key = "peak_reserved_bytes" if "peak_reserved_bytes" in training else "peak_rss_bytes"
    text = f"{training[key] / 2**30:.1f} GiB, {training['seconds']:.2f} s; {inference[key] / 2**30:.1f} GiB, {inference['seconds']:.2f} s"
    if key == "peak_rss_bytes":
        return text
    held = sizes_that_hold(needed_bytes(row))
    return f"{text}; {held[0] if held else 'none'}"


def table(rows):
    """Markdown, a row for each patch and feature size."""
    lines = [
        "| patch | `feature_size` | float32 | mixed precision | float32, checkpointing | mixed precision, checkpointing |",
        "|---|---|---|---|---|---|",
    ]
    found = {}
    for row in rows:
        modes = found.setdefault((row["patch"], row["feature_size"]), {})
        modes[(row["mixed_precision"], row["checkpointing"])] = cell(row)
    for (patch, size), modes in found.items():
        cells = [modes.get(mode, "not measured") for mode in MODES]
        lines.append(f"| {patch} | {size} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def machine(device):
    import monai
    import torch

    about = {"torch": torch.__version__, "monai": monai.__version__, "device": device}
    if device == "cuda":
        card = torch.cuda.get_device_properties(0)
        about |= {"gpu": card.name, "gpu_bytes": card.total_memory, "cuda": torch.version.cuda}
    return about


def computed(patches, feature_sizes, fake):
    """What tensors take in float32: live_tensors.py."""
    import monai
    import torch
    from live_tensors import step_bytes

    rows = []
    for patch in patches:
        for size in feature_sizes:
            for checkpointing in (False, True):
                config = {"patch": patch, "feature_size": size, "checkpointing": checkpointing}
                net = network(config)
                parameters = parameters_of(net)
                rows.append({**config, "parameters": parameters, **step_bytes(net, segmentation_loss(), edges(patch), fake)})
                print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
    return {"torch": torch.__version__.split("+")[0], "monai": monai.__version__, "rows": rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--device", choices=["cuda", "cpu"], default="cuda")
    parser.add_argument("--minutes", type=float, default=8, help="no longer than this; what is left is told (8)")
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--warmup", type=int, default=2)
    parser.add_argument("--small", action="store_true", help=f"patch {SMALL[0]} and feature size {SMALL[1]} alone")
    parser.add_argument("--computed", action="store_true", help="measure nothing; print what tensors take")
    parser.add_argument("--with-values", action="store_true", help="--computed on tensors that have values, to check it")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    options = parser.parse_args()
    if options.computed:
        of = ([SMALL[0]], [SMALL[1]]) if options.small else (PATCHES, FEATURE_SIZES)
        print(json.dumps(computed(*of, not options.with_values), indent=1))
        return
    todo = configurations()
    if options.small:
        # A CPU without AVX-512 takes minutes for a step in bfloat16.
        modes = [(mixed, checkpointing) for mixed, checkpointing in MODES if options.device == "cuda" or not mixed]
        todo = [configuration(*SMALL, *mode) for mode in modes]
    rows = list(measure_all(todo, options))
    options.out.mkdir(parents=True, exist_ok=True)
    # After all forks, for it starts CUDA in this process.
    found = {**machine(options.device), "steps": options.steps, "rows": rows}
    (options.out / "swinunetr-memory.json").write_text(json.dumps(found, indent=1) + "\n")
    (options.out / "swinunetr-memory.md").write_text(table(rows))
    print(table(rows), end="")


if __name__ == "__main__":
    main()

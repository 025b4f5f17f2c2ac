"""The reference: two passes from CT and tumour mask to ROI with SimpleITK and numpy, as the project's first program did it.

    reference_program.py JOB.json OUT

JOB.json holds {"config": {...}, "samples": [{"patient_id", "ct", "mask"}, ...]}, the config by the keys of `Config`.
OUT receives dataset_pass1_stats.json, failures.json and, per patient, the volumes and meta.json. Known defects of
that program that are numeric are repeated here, since preset `reference` repeats them too: statistics over train and
test, no variance between cases in sigma, boxes that may cut a tumour. Its grey overlay is left out.
"""

import json
import math
import pathlib
import sys
from dataclasses import asdict, dataclass, field

import numpy as np
import SimpleITK as sitk

AIR_HU = -1000.0
FEWEST_VOXELS = 1000
EPSILON = 1e-8
AXES = range(3)


@dataclass
class Config:
    target_spacing: tuple = (1.0, 1.0, 3.0)
    pad_mm: tuple = (60.0, 60.0, 45.0)
    window_hu: tuple = (-900.0, 100.0)
    norm_threshold_hu: float = -850.0
    bbox_percentile: float = 98.0
    hard_min_box_mm: tuple = (160.0, 160.0, 192.0)
    hard_max_box_mm: tuple = (192.0, 192.0, 192.0)
    preferred_sizes_xy: list = field(default_factory=lambda: [160, 192, 224, 256])
    preferred_sizes_z: list = field(default_factory=lambda: [64, 96])
    snap_multiple_of: int = 32
    # Found by pass 1.
    min_box_mm: tuple = ()
    max_box_mm: tuple = ()
    global_mu: float = math.nan
    global_sigma: float = math.nan


# --- What both passes begin with ---------------------------------------------------------------------------------


def in_ras(path, pixel_type):
    image = sitk.Cast(sitk.ReadImage(path), pixel_type)
    orient = sitk.DICOMOrientImageFilter()
    orient.SetDesiredCoordinateOrientation("RAS")
    return orient.Execute(image)


def resample(image, spacing, interpolator, outside):
    """Onto the spacing, origin and direction kept, so that the first voxel centres coincide."""
    size = [int(math.floor(n * (s / t) + 0.5)) for n, s, t in zip(image.GetSize(), image.GetSpacing(), spacing)]
    resampler = sitk.ResampleImageFilter()
    resampler.SetSize(size)
    resampler.SetOutputSpacing(spacing)
    resampler.SetOutputOrigin(image.GetOrigin())
    resampler.SetOutputDirection(image.GetDirection())
    resampler.SetTransform(sitk.Transform())
    resampler.SetInterpolator(interpolator)
    resampler.SetDefaultPixelValue(outside)
    return resampler.Execute(image)


def standardise(sample, config):
    """CT and mask in RAS on the target grid."""
    ct = resample(in_ras(sample["ct"], sitk.sitkFloat32), config.target_spacing, sitk.sitkLinear, AIR_HU)
    mask = resample(in_ras(sample["mask"], sitk.sitkUInt8), config.target_spacing, sitk.sitkNearestNeighbor, 0.0)
    return ct, mask


def tumour_box(mask):
    """First index and size of the box of all voxels > 0; None where there is none."""
    shape = sitk.LabelShapeStatisticsImageFilter()
    shape.Execute(sitk.BinaryThreshold(mask, 1, 255, 1, 0))
    if not shape.HasLabel(1):
        return None
    box = shape.GetBoundingBox(1)
    return list(box[:3]), list(box[3:])


def pad_box(start, size, spacing, pad_mm):
    voxels = [int(math.ceil(pad_mm[a] / spacing[a])) for a in AXES]
    return [start[a] - voxels[a] for a in AXES], [size[a] + 2 * voxels[a] for a in AXES], voxels


def window(ct, config):
    return sitk.Clamp(ct, lowerBound=config.window_hu[0], upperBound=config.window_hu[1])


def case_statistics(windowed, threshold_hu):
    """Mean and population standard deviation of the voxels above the threshold; of all where these are few."""
    values = sitk.GetArrayViewFromImage(windowed)
    above = values > threshold_hu
    count = int(above.sum())
    chosen = (values[above] if count >= FEWEST_VOXELS else values.reshape(-1)).astype(np.float64)
    rule = f"ct_win > {threshold_hu}" if count >= FEWEST_VOXELS else f"fallback_all_voxels (mask_count={count})"
    return {
        "case_mu": float(chosen.mean()),
        "case_sigma": float(chosen.std() + EPSILON),
        "case_norm_info": {"mask_rule": rule, "mask_count": count},
    }


# --- Pass 1 ------------------------------------------------------------------------------------------------------


def measure(sample, config):
    """One case; None where resampling leaves no tumour."""
    ct, mask = standardise(sample, config)
    box = tumour_box(mask)
    if box is None:
        return None
    padded_start, padded_size, pad_voxels = pad_box(*box, ct.GetSpacing(), config.pad_mm)
    return {
        "patient_id": sample["patient_id"],
        "resampled_size_ijk": ct.GetSize(),
        "resampled_tumor_voxels": int((sitk.GetArrayViewFromImage(mask) > 0).sum()),
        "bbox_start_ijk": box[0],
        "bbox_size_ijk": box[1],
        "pad_vox": pad_voxels,
        "bbox_padded_start_ijk": padded_start,
        "bbox_padded_size_ijk": padded_size,
        "bbox_padded_size_mm": [n * s for n, s in zip(padded_size, ct.GetSpacing())],
        **case_statistics(window(ct, config), config.norm_threshold_hu),
    }


def global_constants(records):
    """Weighted by voxels, of all cases; the variance between cases is left out."""
    weights = np.array([max(1, r["case_norm_info"]["mask_count"]) for r in records], dtype=np.float64)
    weights = weights / weights.sum()
    mu = (weights * np.array([r["case_mu"] for r in records])).sum()
    variance = (weights * np.array([r["case_sigma"] for r in records]) ** 2).sum()
    return float(mu), float(math.sqrt(max(variance, EPSILON)))


def pass_1(samples, config):
    measured = {sample["patient_id"]: measure(sample, config) for sample in samples}
    records = [record for record in measured.values() if record is not None]
    if not records:
        raise RuntimeError("no sample has a tumour after resampling")
    sizes_mm = np.array([r["bbox_padded_size_mm"] for r in records], dtype=np.float64)
    percentile_mm = np.percentile(sizes_mm, config.bbox_percentile, axis=0)
    hard_max = np.array(config.hard_max_box_mm)
    config.min_box_mm = np.minimum(np.maximum(percentile_mm, config.hard_min_box_mm), hard_max).tolist()
    config.max_box_mm = hard_max.tolist()
    config.global_mu, config.global_sigma = global_constants(records)
    return {
        "config_after_pass1": asdict(config),
        "pass1_summary": {
            "num_samples_in": len(samples),
            "empty_masks": [patient_id for patient_id, record in measured.items() if record is None],
            "bbox_percentile_mm": percentile_mm.tolist(),
            "derived_min_box_mm": config.min_box_mm,
            "derived_max_box_mm": config.max_box_mm,
            "global_mu": config.global_mu,
            "global_sigma": config.global_sigma,
        },
        "per_case_records": records,
    }


# --- Pass 2 ------------------------------------------------------------------------------------------------------


def snap(size, preferred, multiple, low, high):
    """The nearest preferred size, the smaller of two; where none fits, the nearest multiple that does."""
    size = min(max(size, low), high)
    fits = [p for p in preferred if p % multiple == 0 and low <= p <= high]
    if not fits:
        base = int(round(size / multiple) * multiple)
        near = {base + k * multiple for k in (-1, 0, 1, 2)}
        fits = [c for c in near if c > 0 and low <= c <= high]
        if not fits:
            return max(multiple, base)
    return min(fits, key=lambda c: (abs(c - size), c))


def final_box(start, size, spacing, config):
    preferred = (config.preferred_sizes_xy, config.preferred_sizes_xy, config.preferred_sizes_z)
    low = [int(math.ceil(config.min_box_mm[a] / spacing[a])) for a in AXES]
    high = [int(math.floor(config.max_box_mm[a] / spacing[a])) for a in AXES]
    grown = [max(size[a], low[a]) for a in AXES]
    clamped = [min(grown[a], high[a]) for a in AXES]
    snapped = [snap(clamped[a], preferred[a], config.snap_multiple_of, low[a], high[a]) for a in AXES]
    centre = [start[a] + size[a] / 2.0 for a in AXES]
    placed = [int(round(centre[a] - snapped[a] / 2.0)) for a in AXES]
    return placed, {
        "expanded_to_min": [size[a] < low[a] for a in AXES],
        "clamped_to_max": [grown[a] > high[a] for a in AXES],
        "snapped_to_preferred": [snapped[a] != clamped[a] for a in AXES],
        "final_size_vox": snapped,
    }


def crop(image, start, size, outside):
    """The box of the image, which may reach beyond it."""
    image_size = image.GetSize()
    lower = [max(0, -start[a]) for a in AXES]
    upper = [max(0, start[a] + size[a] - image_size[a]) for a in AXES]
    padded = sitk.ConstantPad(image, lower, upper, outside) if any(lower + upper) else image
    first = [start[a] + lower[a] for a in AXES]
    return sitk.RegionOfInterest(padded, size, first), {
        "requested_start_ijk": start,
        "requested_size_ijk": size,
        "pad_lower_ijk": lower,
        "pad_upper_ijk": upper,
        "start_after_pad_ijk": first,
        "orig_size_ijk": image_size,
        "padded_size_ijk": padded.GetSize(),
    }


def write_volume(image, path):
    sitk.WriteImage(image, str(path), useCompression=True)


def make_roi(sample, config, folder, write):
    ct, mask = standardise(sample, config)
    box = tumour_box(mask)
    if box is None:
        raise RuntimeError("no tumour after resampling")
    spacing = ct.GetSpacing()
    padded_start, padded_size, pad_voxels = pad_box(*box, spacing, config.pad_mm)
    start, size_info = final_box(padded_start, padded_size, spacing, config)
    size = size_info["final_size_vox"]
    roi_hu, crop_record = crop(ct, start, size, AIR_HU)
    roi_mask, mask_crop_record = crop(mask, start, size, 0.0)
    windowed = window(roi_hu, config)
    norm = sitk.ShiftScale(windowed, shift=-config.global_mu, scale=1.0 / (config.global_sigma + EPSILON))
    folder.mkdir(parents=True)
    for name, image in (
        ("ct_hu_resampled_ras", ct),
        ("ct_roi_hu", roi_hu),
        ("ct_roi_norm", norm),
        ("tumor_roi", roi_mask),
        # No output of swinprep; for looking into a mask that differs.
        ("tumor_resampled_ras", mask),
    ):
        write(image, folder / f"{name}.nii.gz")
    return {
        "patient_id": sample["patient_id"],
        "target_spacing": config.target_spacing,
        "pad_mm": config.pad_mm,
        "pad_vox": pad_voxels,
        "window_hu": config.window_hu,
        "global_mu": config.global_mu,
        "global_sigma": config.global_sigma,
        "final_roi_size_vox": size,
        "final_roi_size_mm": [n * s for n, s in zip(size, spacing)],
        "bbox_start_ijk": box[0],
        "bbox_size_ijk": box[1],
        "bbox_padded_start_ijk": padded_start,
        "bbox_padded_size_ijk": padded_size,
        "bbox_final_start_ijk": start,
        "bbox_final_size_ijk": size,
        "size_info": size_info,
        "crop_record_ct": crop_record,
        "crop_record_mask": mask_crop_record,
        **case_statistics(windowed, config.norm_threshold_hu),
    }


def pass_2(samples, config, out, write):
    failures = []
    for sample in samples:
        folder = out / sample["patient_id"]
        try:
            write_json(folder / "meta.json", make_roi(sample, config, folder, write))
        except RuntimeError as error:
            failures.append({"patient_id": sample["patient_id"], "error": str(error)})
    return failures


def write_json(path, content):
    path.write_text(json.dumps(content, indent=2) + "\n")


def main(job_path, out, write=write_volume):
    job = json.loads(pathlib.Path(job_path).read_text())
    config = Config(**job["config"])
    out = pathlib.Path(out)
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "dataset_pass1_stats.json", pass_1(job["samples"], config))
    write_json(out / "failures.json", pass_2(job["samples"], config, out, write))


if __name__ == "__main__":
    main(*sys.argv[1:])

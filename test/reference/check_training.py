"""Reads what swinprep wrote with the libraries that train on it: MONAI, nnU-Net, nibabel and SimpleITK.

    python check_training.py ROI DATALIST NNUNET_RAW

ROI is the folder of the ROI store, DATALIST the datalist.json beside the manifest, NNUNET_RAW what `export nnunet` wrote.
Prints one JSON object of what was found; the test judges it.
"""

import contextlib
import json
import os
import sys
import tempfile

for place in ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results"):
    os.environ.setdefault(place, tempfile.gettempdir())

import nibabel
import numpy
import SimpleITK
import torch
from monai.data import DataLoader, Dataset, load_decathlon_datalist, load_decathlon_properties
from monai.losses import DiceCELoss
from monai.networks.nets import SwinUNETR
from monai.transforms import Compose, LoadImaged, Orientationd, RandCropByPosNegLabeld
from monai.utils import set_determinism
from nnunetv2.experiment_planning.verify_dataset_integrity import verify_dataset_integrity
from nnunetv2.preprocessing.normalization.map_channel_name_to_normalization import get_normalization_scheme
from nnunetv2.utilities.utils import get_filenames_of_train_images_and_targets

KEYS = ["image", "label"]
LPS_TO_RAS = numpy.diag([-1.0, -1.0, 1.0, 1.0])


def affine_of_sitk(image):
    """Voxel index to RAS mm, as nibabel states it."""
    affine = numpy.eye(4)
    affine[:3, :3] = numpy.array(image.GetDirection()).reshape(3, 3) @ numpy.diag(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return LPS_TO_RAS @ affine


def read_file(path, loaded, oriented):
    """One volume as four readers see it."""
    nib = nibabel.load(path)
    sitk = SimpleITK.ReadImage(path)
    voxels = numpy.asanyarray(nib.dataobj)
    theirs = SimpleITK.GetArrayFromImage(sitk).transpose(2, 1, 0)
    return {
        "axis_codes": "".join(nibabel.aff2axcodes(nib.affine)),
        "nibabel_sitk_affine": float(numpy.abs(nib.affine - affine_of_sitk(sitk)).max()),
        "nibabel_monai_affine": float(numpy.abs(nib.affine - loaded.affine.numpy()).max()),
        "sform_qform": float(numpy.abs(nib.get_sform() - nib.get_qform()).max()),
        "nibabel_sitk_voxels": int((voxels != theirs).sum()),
        "nibabel_monai_voxels": int((voxels != loaded.numpy()[0]).sum()),
        "orientation_changes_voxels": int((loaded.numpy() != oriented.numpy()).sum())
        if loaded.shape == oriented.shape
        else -1,
        "orientation_changes_affine": float(numpy.abs(loaded.affine.numpy() - oriented.affine.numpy()).max()),
        "finite": bool(numpy.isfinite(voxels).all()),
    }


class DualTask(torch.nn.Module):
    """SwinUNETR and a stage head on the features of its deepest stage."""

    def __init__(self, stages, feature_size):
        super().__init__()
        self.net = SwinUNETR(in_channels=1, out_channels=2, feature_size=feature_size)
        self.head = torch.nn.Linear(16 * feature_size, stages)

    def forward(self, x):
        deepest = self.net.swinViT(x, self.net.normalize)[-1]
        return self.net(x), self.head(deepest.mean(dim=(2, 3, 4)))


def losses_of(model, batch, weights):
    segmentation, stage = model(batch["image"].as_tensor())
    dice_ce = DiceCELoss(to_onehot_y=True, softmax=True)(segmentation, batch["label"].as_tensor())
    cross_entropy = torch.nn.functional.cross_entropy(stage, batch["stage"], weight=weights)
    return segmentation, stage, dice_ce, cross_entropy


def crops(items, patch, sampling):
    crop = RandCropByPosNegLabeld(
        KEYS,
        label_key="label",
        spatial_size=patch,
        pos=sampling["foreground_share"],
        neg=sampling["background_share"],
        num_samples=1,
    )
    load = LoadImaged(KEYS, ensure_channel_first=True)
    return next(iter(DataLoader(Dataset(items, Compose([load, crop])), batch_size=2)))


def forward(items, properties):
    """One batch of each patch size through the network; gradients for the smallest, which fits into any memory."""
    set_determinism(0)
    sampling = properties["sampling"]
    weights = torch.tensor(properties["stage_weights"]["inverse_frequency"], dtype=torch.float32)
    model = DualTask(len(properties["stages"]), feature_size=12)
    found = []
    for patch in (*sampling["patch_sizes_vox"][:2], sampling["patch_sizes_vox"][-1]):
        batch = crops(items[:2], patch, sampling)
        smallest = patch == sampling["patch_sizes_vox"][-1]
        with contextlib.nullcontext() if smallest else torch.no_grad():
            segmentation, stage, dice_ce, cross_entropy = losses_of(model, batch, weights)
        gradients = True
        if smallest:
            (dice_ce + 0.3 * cross_entropy).backward()
            gradients = all(
                bool(torch.isfinite(p.grad).all()) for p in model.parameters() if p.grad is not None
            )
        found.append(
            {
                "patch": patch,
                "batch": list(batch["image"].shape),
                "segmentation": list(segmentation.shape),
                "stage": list(stage.shape),
                "segmentation_loss": float(dice_ce.detach()),
                "stage_loss": float(cross_entropy.detach()),
                "finite": bool(torch.isfinite(segmentation).all() and torch.isfinite(stage).all()),
                "gradients_finite": gradients,
                "patient_ids": list(batch["case"]["patient_id"]),
            }
        )
    return found


def tumor_at(path, sampling):
    """What the sampling aid says against the mask itself."""
    mask = numpy.asanyarray(nibabel.load(path).dataobj) > 0
    where = numpy.argwhere(mask)
    return {
        "tumor_at_center": bool(mask[tuple(sampling["tumor_center_ijk"])]),
        "box_is_tumors": [where.min(0).tolist(), (where.max(0) - where.min(0) + 1).tolist()]
        == [sampling["foreground_box_start_ijk"], sampling["foreground_box_size_ijk"]],
    }


def check_monai(roi, datalist):
    with open(datalist, encoding="utf-8") as file:
        written = json.load(file)
    sections = {
        name: load_decathlon_datalist(datalist, is_segmentation=True, data_list_key=name, base_dir=roi)
        for name in ("training", "test")
        if written[name]
    }
    load = LoadImaged(KEYS, ensure_channel_first=True)
    orient = Orientationd(KEYS, axcodes="RAS")
    files, aids, untouched = [], [], []
    for name, items in sections.items():
        for item, before in zip(items, written[name], strict=True):
            loaded = load(dict(item))
            oriented = orient(dict(loaded))
            for key in KEYS:
                files.append(
                    {"patient_id": before["case"]["patient_id"], "key": key, **read_file(item[key], loaded[key], oriented[key])}
                )
            aids.append(tumor_at(item["label"], item["sampling"]))
            untouched.append({k: v for k, v in item.items() if k not in KEYS} == {k: v for k, v in before.items() if k not in KEYS})
    properties = load_decathlon_properties(datalist, ["labels", "stages", "stage_weights", "sampling"])
    return {
        "counts": {name: len(items) for name, items in sections.items()},
        "untouched": all(untouched),
        "files": files,
        "aids": aids,
        "forward": forward(sections["training"], properties),
    }


def check_nnunet(raw):
    os.environ["nnUNet_raw"] = raw
    (folder,) = [os.path.join(raw, name) for name in os.listdir(raw)]
    with contextlib.redirect_stdout(sys.stderr):
        verify_dataset_integrity(folder, num_processes=1)
    with open(os.path.join(folder, "dataset.json"), encoding="utf-8") as file:
        dataset = json.load(file)
    with open(os.path.join(folder, "splits_final.json"), encoding="utf-8") as file:
        splits = json.load(file)
    cases = sorted(get_filenames_of_train_images_and_targets(folder, dataset))
    return {
        "normalisation": get_normalization_scheme(dataset["channel_names"]["0"]).__name__,
        "cases": cases,
        "validated": sorted(case for split in splits for case in split["val"]),
        "folds_are_whole": all(sorted(split["train"] + split["val"]) == cases for split in splits),
    }


def main():
    roi, datalist, raw = sys.argv[1:]
    found = {"nnunet": check_nnunet(raw), "monai": check_monai(roi, datalist)}
    print(json.dumps(found))


if __name__ == "__main__":
    main()

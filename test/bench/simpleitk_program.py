"""End to end by SimpleITK: DICOM to CT and mask as NIfTI (dicom_front_end.py), then the reference program over them.

    simpleitk_program.py RAW OUT itk|gzip1|pigz1

RAW/PATIENT/**/*.dcm in; OUT/interim and OUT/roi out, in the layout of swinprep. Volumes are written by SimpleITK alone
(itk; it compresses NIfTI at one level, whatever it is asked for), or uncompressed and then by zlib at level 1 in this
process, or by pigz -1.
"""

import gzip
import json
import pathlib
import subprocess
import sys

import SimpleITK as sitk

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "reference"))

import reference_program  # noqa: E402
from dicom_front_end import files_of, print_startup, read_ct, read_tumour  # noqa: E402


def write_gzip1(image, path):
    plain = path.with_suffix("")
    sitk.WriteImage(image, str(plain))
    with gzip.GzipFile(path, "wb", compresslevel=1, mtime=0) as file:
        file.write(plain.read_bytes())
    plain.unlink()


def write_pigz1(image, path):
    plain = path.with_suffix("")
    sitk.WriteImage(image, str(plain))
    subprocess.run(["pigz", "-1", "-f", str(plain)], check=True)


WRITERS = {"itk": reference_program.write_volume, "gzip1": write_gzip1, "pigz1": write_pigz1}


def convert(patient, interim, write):
    folder = interim / patient.name
    folder.mkdir(parents=True)
    ct, mask = files_of(patient)
    write(read_ct(ct), folder / "ct.nii.gz")
    write(read_tumour(ct, mask), folder / "tumor.nii.gz")
    return {
        "patient_id": patient.name,
        "ct": str(folder / "ct.nii.gz"),
        "mask": str(folder / "tumor.nii.gz"),
    }


def main(raw, out, how):
    raw, out = pathlib.Path(raw), pathlib.Path(out)
    write = WRITERS[how]

    def write_wanted(image, path):
        # The resampled mask is no output of swinprep.
        if path.name != "tumor_resampled_ras.nii.gz":
            write(image, path)

    samples = [convert(patient, out / "interim", write) for patient in sorted(raw.iterdir())]
    job = out / "job.json"
    job.write_text(json.dumps({"config": {}, "samples": samples}))
    reference_program.main(job, out / "roi", write_wanted)


if __name__ == "__main__":
    print_startup()
    main(*sys.argv[1:])

"""Records the attributes of DICOM PS3.15 table E.1-1 (2026c) with their value representations, into test/goldens.

    .venv/bin/python test/reference/record_identifying_attributes.py
"""

import json
import pathlib

import dicomanonymizer
from dicomanonymizer.dicom_anonymization_databases import dicomfields_2026c as table
from pydicom.datadict import dictionary_VR, keyword_for_tag

GOLDENS = pathlib.Path(__file__).resolve().parent.parent / "goldens"


def rows():
    for tag in sorted(table.ALL_TAGS):
        if len(tag) != 2 or tag[0] % 2 == 1:
            continue
        number = (tag[0] << 16) | tag[1]
        try:
            yield {"tag": f"{number:08x}", "vr": dictionary_VR(number), "keyword": keyword_for_tag(number)}
        except KeyError:
            continue


content = {"source": "PS3.15 table E.1-1 2026c, by dicom-anonymizer", "attributes": list(rows())}
(GOLDENS / "identifying-attributes.json").write_text(json.dumps(content, separators=(",", ":")).replace("},{", "},\n{") + "\n")

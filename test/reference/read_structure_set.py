"""Prints what pydicom reads of an RT Structure Set as JSON, by ROI: name, contours by type, points, area of all in mm².

    read_structure_set.py FILE

The area is that of the polygons by the cross products of their points in space, whatever their plane; a contour of type
CLOSEDPLANAR_XOR that is walked the other way round counts against it.
"""

import json
import sys
from collections import Counter

import numpy as np
import pydicom


def area_vector(contour):
    points = np.array(contour.ContourData, float).reshape(-1, 3)
    assert len(points) == contour.NumberOfContourPoints
    points -= points[0]
    return np.cross(points, np.roll(points, -1, axis=0)).sum(axis=0) / 2


def area_of(contours):
    return float(np.linalg.norm(sum(map(area_vector, contours)))) if contours else 0.0


ds = pydicom.dcmread(sys.argv[1])
contours = {roi.ReferencedROINumber: list(roi.get("ContourSequence", [])) for roi in ds.ROIContourSequence}
print(
    json.dumps(
        [
            {
                "name": roi.ROIName,
                "types": Counter(c.ContourGeometricType for c in contours[roi.ROINumber]),
                "areaMm2": area_of(contours[roi.ROINumber]),
            }
            for roi in ds.StructureSetROISequence
        ]
    )
)

#!/usr/bin/env bash
# "Only the original data" of the Imaging Data Commons leaves LIDC-IDRI without a mask, and Lung1 with exactly its own.
#
# Date:      2026-11-28
# Versions:  idc-index 0.13.4, idc-index-data 25.0.5 (the index of the Imaging Data Commons, v25), duckdb 1.5.6
# Guess:     `idc download-from-selection --analysis-results exclude` leaves out what programs made later, and keeps what
#            people drew for the collection.
# Behaviour: an analysis result is what came to the archive as one, whoever drew it. Of 45.3 GB of NSCLC-Radiomics (Lung1)
#            9.5 GB are a network's and go; each patient keeps a CT, an RTSTRUCT and, but for one, a SEG. Of LIDC-IDRI the
#            nodules of its readers go, and what stays, 133 GB, are images alone. So it is in 22 of the 49 collections that
#            have masks in studies with CT.
# Seen:
#   Lung1, all                                    45.3 GB
#   Lung1, analysis results excluded              35.78 GB
#   LIDC-IDRI, analysis results excluded          133.15 GB
#   LIDC-IDRI, the nodules of its readers         2.51 GB
#   Lung1, original series of its patients        421 CT RTSTRUCT SEG, 1 CT RTSTRUCT
#   LIDC-IDRI, original series                    1018 CT, 237 DX, 53 CR
#   collections with masks in studies with CT     49
#     of which no mask is original                22
#   holds: without analysis results LIDC-IDRI has no mask, and Lung1 its own alone
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check idc-index==0.13.4 idc-index-data==25.0.5 duckdb==1.5.6

cd "$work"
needed() { # COLLECTION OPTION...: GB that would be downloaded; nothing is
  venv/bin/idc download-from-selection --download-dir . --dry-run true --collection-id "$@" 2>&1 |
    sed -n 's/.*Disk size needed: //p'
}
check() { # WHAT BEFORE NOW
  printf '%-44s  %s\n' "$1" "$3"
  [ "$2" = "$3" ] || { echo "changed: $2 before"; exit 1; }
}
check 'Lung1, all' '45.3 GB' "$(needed nsclc_radiomics)"
check 'Lung1, analysis results excluded' '35.78 GB' "$(needed nsclc_radiomics --analysis-results exclude)"
check 'LIDC-IDRI, analysis results excluded' '133.15 GB' "$(needed lidc_idri --analysis-results exclude)"
check 'LIDC-IDRI, the nodules of its readers' '2.51 GB' "$(needed lidc_idri --analysis-result-id dicom_lidc_idri_nodules)"

venv/bin/python - <<'PY'
import pathlib
import sys

import duckdb
import idc_index_data

index = pathlib.Path(idc_index_data.__file__).with_name("idc_index.parquet")
duckdb.sql(f"CREATE VIEW series AS SELECT *, analysis_result_id IS NULL AS original FROM '{index}'")


def check(name, before, query):
    found = ", ".join(" ".join(str(value) for value in row) for row in duckdb.sql(query).fetchall())
    print(f"{name:44}  {found}")
    if found != before:
        sys.exit(f"changed: {before} before")


MASKS = "Modality IN ('SEG', 'RTSTRUCT')"
check(
    "Lung1, original series of its patients",
    "421 CT RTSTRUCT SEG, 1 CT RTSTRUCT",
    """SELECT count(*), kinds FROM (
         SELECT PatientID, string_agg(Modality, ' ' ORDER BY Modality) AS kinds FROM series
         WHERE collection_id = 'nsclc_radiomics' AND original GROUP BY PatientID)
       GROUP BY kinds ORDER BY count(*) DESC""",
)
check(
    "LIDC-IDRI, original series",
    "1018 CT, 237 DX, 53 CR",
    """SELECT count(*), Modality FROM series WHERE collection_id = 'lidc_idri' AND original
       GROUP BY Modality ORDER BY count(*) DESC""",
)
with_ct = f"""SELECT collection_id, bool_or(original) AS kept FROM series
              WHERE {MASKS} AND StudyInstanceUID IN (SELECT StudyInstanceUID FROM series WHERE Modality = 'CT')
              GROUP BY collection_id"""
check("collections with masks in studies with CT", "49", f"SELECT count(*) FROM ({with_ct})")
check("  of which no mask is original", "22", f"SELECT count(*) FROM ({with_ct}) WHERE NOT kept")
PY
echo "holds: without analysis results LIDC-IDRI has no mask, and Lung1 its own alone"

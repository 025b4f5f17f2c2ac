import type { ResolveUri } from '../../azureml/arm/resolve-uri.ts';
import { UsageError } from '../../errors.ts';
import { parsePairs } from '../../records/pairs.ts';
import { besideUri, displayUri } from '../../storage/location.ts';
import { readObject } from '../../storage/open.ts';
import type { RawPatient } from '../raw-patient.ts';

/** The patients of a table of pairs, a row each. Datastores that it names are looked up. Throws a UsageError where it has no row. */
export async function pairPatients(uri: string, resolveUri: ResolveUri): Promise<RawPatient[]> {
  const rows = parsePairs(displayUri(uri), await readObject(uri));
  if (rows.length === 0) throw new UsageError(`${displayUri(uri)}: holds no row`);
  const patients: RawPatient[] = [];
  for (const { patientId, ct, mask } of rows) {
    const place = async (reference: string): Promise<string> => resolveUri(besideUri(uri, reference));
    patients.push({
      name: patientId,
      source: { kind: 'pair', ct: await place(ct), mask: mask === '' ? '' : await place(mask) },
    });
  }
  return patients;
}

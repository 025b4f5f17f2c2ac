/** Patients in words. */
export function patientCount(n: number): string {
  return n === 1 ? '1 patient' : `${n} patients`;
}

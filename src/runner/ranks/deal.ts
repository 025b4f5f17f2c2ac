/** A patient as it is dealt: how much work it is, in any one unit, and what decides what comes of it. */
export interface Weighed {
  readonly patientId: string;
  readonly weight: number;
  readonly fingerprint: string;
}

/**
 * Deals patients to ranks: the heaviest first, each to the rank that has least so far, so that no rank has more than 4/3
 * of the best deal's (R. L. Graham, Bounds on multiprocessing timing anomalies, 1969). Returns for every rank the places
 * of its patients in `patients`, heaviest first. The order that patients come in does not matter.
 */
export function deal(patients: readonly Omit<Weighed, 'fingerprint'>[], ranks: number): number[][] {
  const order = patients
    .map((_, place) => place)
    .sort((i, j) => {
      const [a, b] = [patients[i], patients[j]];
      return b.weight - a.weight || (a.patientId < b.patientId ? -1 : 1);
    });
  const hands = Array.from({ length: ranks }, (): number[] => []);
  const loads = new Array<number>(ranks).fill(0);
  for (const place of order) {
    const least = loads.indexOf(Math.min(...loads));
    hands[least].push(place);
    loads[least] += patients[place].weight;
  }
  return hands;
}

/** What every rank made of its patients, in its hand's order, in the order that the patients were dealt from. */
export function gathered<R>(
  hands: readonly (readonly number[])[],
  made: (rank: number) => readonly R[],
): R[] {
  const records: R[] = [];
  for (const [rank, hand] of hands.entries()) {
    const own = made(rank);
    for (const [j, place] of hand.entries()) records[place] = own[j];
  }
  return records;
}

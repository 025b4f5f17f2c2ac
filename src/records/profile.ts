import { z } from 'zod';

/** Time spent in one stage. */
const stageTime = z.strictObject({
  stage: z.string(),
  seconds: z.number(),
  /** 0 where bytes say nothing. */
  bytes: z.int(),
  calls: z.int(),
});

export type StageRow = z.infer<typeof stageTime>;

const patient = z.strictObject({
  patient_id: z.string(),
  wall_s: z.number(),
  stages: z.array(stageTime),
});

/** `profile.json`: where the time of a step went. Measured, so no two runs write the same. */
export const profileSchema = z.strictObject({
  swinprep_version: z.string(),
  step: z.string(),
  rank: z.int(),
  ranks: z.int(),
  process: z.strictObject({
    wall_s: z.number(),
    cpu_user_s: z.number(),
    cpu_system_s: z.number(),
    peak_rss_bytes: z.int(),
  }),
  /** Of the thread that hands out patients and writes artifacts. */
  main: z.strictObject({ wall_s: z.number(), stages: z.array(stageTime) }),
  /**
   * Of all worker threads; null where the step has none, or no patient was left for them. The seconds add up to workers
   * times wall_s.
   */
  pool: z
    .strictObject({
      workers: z.int(),
      wall_s: z.number(),
      stages: z.array(stageTime),
      num_patients: z.int(),
    })
    .nullable(),
  patients: z.array(patient),
});

export type Profile = z.infer<typeof profileSchema>;

export const PROFILE_FILE = 'profile.json';

/** The file of one of several ranks. Rank 0's is the step's. */
export function profileFile(rank: number): string {
  return rank === 0 ? PROFILE_FILE : `profile-rank-${rank}.json`;
}

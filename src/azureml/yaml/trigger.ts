import { z } from 'zod';
import type { Report } from './yaml-file.ts';

const FREQUENCIES = ['minute', 'hour', 'day', 'week', 'month'] as const;
const WEEK_DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** azure-ai-ml takes a single value for a list of one. */
const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1)]);

/** Azure ML wants a local time with the zone beside it, not an offset in it. */
const localTime = z.iso.datetime({ local: true, error: 'must be a time such as 2027-01-31T02:30:00' });

const window = {
  start_time: localTime.optional(),
  end_time: localTime.optional(),
  /** Name of a Windows time zone, such as `W. Europe Standard Time`. */
  time_zone: z
    .string()
    .regex(/^[A-Z][^/]*$/, 'must be the name of a Windows time zone, such as UTC or W. Europe Standard Time')
    .optional(),
};

const cronSchema = z.strictObject({ type: z.literal('cron'), expression: z.string(), ...window });

const recurrenceSchema = z.strictObject({
  type: z.literal('recurrence'),
  frequency: z.enum(FREQUENCIES),
  interval: z.int().min(1),
  schedule: z
    .strictObject({
      hours: oneOrMore(z.int().min(0).max(23)),
      minutes: oneOrMore(z.int().min(0).max(59)),
      week_days: oneOrMore(z.enum(WEEK_DAYS)).optional(),
      month_days: oneOrMore(z.int().min(1).max(31)).optional(),
    })
    .optional(),
  ...window,
});

export const triggerSchema = z.discriminatedUnion('type', [cronSchema, recurrenceSchema]);

export type Trigger = z.infer<typeof triggerSchema>;

const CRON_FIELDS = [
  { name: 'MINUTES', least: 0, most: 59 },
  { name: 'HOURS', least: 0, most: 23 },
  { name: 'DAYS', least: 1, most: 31 },
  { name: 'MONTHS', least: 1, most: 12 },
  { name: 'DAYS-OF-WEEK', least: 0, most: 6 },
] as const;

/** Reports a trigger that Azure ML takes but does not follow. */
export function checkTrigger(trigger: Trigger, report: Report): void {
  if (trigger.type === 'cron') checkCron(trigger.expression, report);
  else checkRecurrence(trigger, report);
  const { start_time: start, end_time: end } = trigger;
  if (start !== undefined && end !== undefined && end <= start)
    report('end_time: does not come after start_time');
}

function checkCron(expression: string, report: Report): void {
  const fields = expression.trim().split(/\s+/);
  if (fields.length !== CRON_FIELDS.length) {
    report(
      `expression: \`${expression}\` has ${fields.length} fields, not the five MINUTES HOURS * * DAYS-OF-WEEK`,
    );
    return;
  }
  for (const [at, { name, least, most }] of CRON_FIELDS.entries()) {
    if (name === 'DAYS' || name === 'MONTHS') {
      // "DAYS and MONTHS values are ignored" (Azure ML, "Schedule machine learning pipeline jobs").
      if (fields[at] !== '*')
        report(
          `expression: Azure ML ignores ${name} in cron, \`${fields[at]}\`; write *, and use a recurrence`,
        );
    } else if (!fields[at].split(',').every((part) => isCronPart(part, least, most))) {
      report(`expression: \`${fields[at]}\` is not ${name} from ${least} to ${most}`);
    }
  }
}

/** `*`, `7`, `1-5`, each with a step behind `/` or without. */
function isCronPart(part: string, least: number, most: number): boolean {
  const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
  if (match === null) return false;
  const [, from, to, step] = match.map((text) => (text === undefined ? undefined : Number(text)));
  if (step === 0) return false;
  const [first, last] = [from ?? least, to ?? from ?? most];
  return least <= first && first <= last && last <= most;
}

function checkRecurrence(trigger: z.infer<typeof recurrenceSchema>, report: Report): void {
  const { frequency, schedule } = trigger;
  if (schedule === undefined) return;
  if (frequency === 'minute' || frequency === 'hour')
    report(`schedule: has no effect with the frequency ${frequency}; take day, week or month`);
  if (schedule.week_days !== undefined && frequency !== 'week')
    report(`schedule.week_days: only the frequency week looks at them, not ${frequency}`);
  if (schedule.month_days !== undefined && frequency !== 'month')
    report(`schedule.month_days: only the frequency month looks at them, not ${frequency}`);
}

import type { Schedule } from '../yaml/schedule.ts';
import type { Trigger } from '../yaml/trigger.ts';
import type { ArmRequest } from './asset-body.ts';

/** `Schedule` of Azure Resource Manager, which starts `jobDefinition`. */
export function scheduleRequest(schedule: Schedule, jobDefinition: object): ArmRequest {
  return {
    path: `/schedules/${encodeURIComponent(schedule.name)}`,
    body: {
      properties: {
        displayName: schedule.display_name,
        description: schedule.description,
        tags: schedule.tags ?? {},
        properties: {},
        action: { actionType: 'CreateJob', jobDefinition },
        trigger: triggerBody(schedule.trigger),
      },
    },
  };
}

function triggerBody(trigger: Trigger) {
  const window = {
    startTime: trigger.start_time,
    endTime: trigger.end_time,
    timeZone: trigger.time_zone ?? 'UTC',
  };
  if (trigger.type === 'cron') return { triggerType: 'Cron', expression: trigger.expression, ...window };
  const { schedule } = trigger;
  return {
    triggerType: 'Recurrence',
    frequency: capital(trigger.frequency),
    interval: trigger.interval,
    schedule: schedule && {
      hours: listOf(schedule.hours),
      minutes: listOf(schedule.minutes),
      weekDays: schedule.week_days && listOf(schedule.week_days).map(capital),
      monthDays: schedule.month_days && listOf(schedule.month_days),
    },
    ...window,
  };
}

/** The contract says `Week` and `Monday`, though azure-ai-ml sends `week` and `monday`. */
function capital(word: string): string {
  return word[0].toUpperCase() + word.slice(1);
}

function listOf<T extends string | number>(value: T | T[]): T[] {
  return Array.isArray(value) ? value : [value];
}

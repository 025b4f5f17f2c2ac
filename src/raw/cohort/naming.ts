import type { Config } from '../../config/schema.ts';
import { caseIdOf, caseNamingOf } from '../../privacy/case-id.ts';
import type { Look } from '../headers/look.ts';

/** Under which names patients go, by the configuration. */
export interface Naming {
  /** What outputs call a patient of some name. */
  readonly caseId: (name: string) => string;
  /** Whether names are HMACs, so that any may be told. */
  readonly hidden: boolean;
  /** Tells namings apart. */
  readonly kind: string;
  /** The id of the clinical table within a name (`raw.idPattern`); undefined where nothing is found. */
  readonly idWithin: (name: string) => string | undefined;
  /** A look at a header as it may be kept: with its Patient ID as an HMAC where names are. */
  readonly named: (look: Look) => Look;
}

export function namingOf(config: Pick<Config, 'privacy' | 'raw'>): Naming {
  const caseId = caseIdOf(config);
  const hidden = config.privacy.caseId === 'hmac';
  const pattern = config.raw.idPattern === '' ? undefined : new RegExp(config.raw.idPattern);
  const hmacOf = (id: string): string => (id === '' ? '' : caseId(id));
  return {
    caseId,
    hidden,
    kind: caseNamingOf(config),
    idWithin: (name) => pattern?.exec(name)?.[1] || undefined,
    named: (look) =>
      hidden ? { ...look, patientId: hmacOf(look.patientId), issuer: hmacOf(look.issuer) } : look,
  };
}

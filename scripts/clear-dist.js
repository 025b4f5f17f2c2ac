// Before tsc, which leaves what earlier sources were built to: a package would hold it.
import { rmSync } from 'node:fs';

rmSync(new URL('../dist/', import.meta.url), { recursive: true, force: true });

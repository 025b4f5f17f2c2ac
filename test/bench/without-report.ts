import { registerHooks } from 'node:module';

/*
 * Loaded before the command line as built module by module (build/, not the bundle of it) with BENCH_REPORT=without, it leaves the report out of pass2-write: the functions that make
 * its pictures and its page do nothing. All else is the code that users run. With BENCH_REPORT=with it exchanges nothing: what is
 * compared has been loaded in the same way.
 */

const STAND_INS: Readonly<Record<string, string>> = {
  '/build/report/pictures.js': `
    export class PictureSheets {
      sheets = [];
      static for() { return new PictureSheets(); }
      tile() {}
      add() {}
      close() { return null; }
    }`,
  '/build/report/page.js': `
    export const REPORT_FILE = 'report/index.html';
    export const reportPage = () => new Uint8Array(0);`,
};

registerHooks({
  load(url, context, next) {
    const standIn = Object.entries(STAND_INS).find(([module]) => url.endsWith(module));
    const source = process.env.BENCH_REPORT === 'without' ? standIn?.[1] : undefined;
    return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
  },
});

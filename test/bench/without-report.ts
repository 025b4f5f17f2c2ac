import { registerHooks } from 'node:module';

/*
 * Loaded before the built command line, it leaves the report out of pass2-write: the functions that make its pictures and its
 * page do nothing. All else is the code that users run.
 */

const STAND_INS: Readonly<Record<string, string>> = {
  '/dist/report/pictures.js': `
    export class PictureSheets {
      sheets = [];
      static for() { return new PictureSheets(); }
      tile() {}
      add() {}
      close() { return null; }
    }`,
  '/dist/report/page.js': `
    export const REPORT_FILE = 'report/index.html';
    export const reportPage = () => new Uint8Array(0);`,
};

registerHooks({
  load(url, context, next) {
    const source = Object.entries(STAND_INS).find(([module]) => url.endsWith(module))?.[1];
    return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
  },
});

import { inflateRawSync } from 'node:zlib';
import type { PageData } from '../../src/report/page-data.ts';

/** The text of a block of the report. */
export function reportBlock(html: string, id: string): string {
  return new RegExp(`<script type="text/plain" id="${id}">([^<]*)</script>`).exec(html)![1];
}

/** The data that a report holds, as text. */
export function reportJson(html: string): string {
  return inflateRawSync(Buffer.from(reportBlock(html, 'data'), 'base64')).toString();
}

/** The data that a report holds. */
export function reportData(html: string): PageData {
  return JSON.parse(reportJson(html)) as PageData;
}

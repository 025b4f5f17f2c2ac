import type { PageData } from '../../report/page-data.ts';

/** Base64 of raw DEFLATE, as the page holds its data. */
async function inflated(base64: string): Promise<string> {
  const bytes = Uint8Array.fromBase64(base64);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(stream).text();
}

const data = JSON.parse(await inflated(document.getElementById('data')!.textContent)) as PageData;
const heading = document.createElement('h1');
heading.textContent = `${data.manifest.summary.num_ok} patients`;
document.getElementById('report')!.append(heading);

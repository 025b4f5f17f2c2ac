import type { PageData } from '../../report/page-data.ts';

/** The bytes of a block of base64 in the page. */
export function bytesOfBlock(id: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(document.getElementById(id)!.textContent), (character) =>
    character.charCodeAt(0),
  );
}

/** What the page shows, as it lies in it: JSON in raw DEFLATE. */
export async function readPageData(): Promise<PageData> {
  const stream = new Blob([bytesOfBlock('data')])
    .stream()
    .pipeThrough(new DecompressionStream('deflate-raw'));
  return (await new Response(stream).json()) as PageData;
}

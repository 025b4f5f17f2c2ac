import type { PageData } from '../../report/page-data.ts';
import { element } from '../element.ts';
import type { Patient } from './cohort.ts';
import { bytesOfBlock } from './page-data.ts';

/** Pixels of the screen that a picture in the table may take. */
const TABLE = { width: 240, height: 96 };
const LARGE = { width: 576, height: 320 };

/** Where the picture of a patient comes from. */
interface Source {
  has(patient: Patient): boolean;
  /** Pixels of a picture as it is. */
  readonly width: number;
  readonly height: number;
  /** An image that shows the picture at that scale; its text alternative is set by the caller. */
  image(patient: Patient, scale: number): HTMLImageElement;
}

/** Pictures of patients, which become images only when they are nearly in sight. */
export class Pictures {
  readonly #source: Source;
  readonly #waiting = new Map<Element, () => void>();
  readonly #observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) if (isIntersecting) this.#fill(target);
    },
    { rootMargin: '400px' },
  );

  constructor(data: PageData) {
    this.#source = data.review === null ? sheetSource(data.pictures) : serverSource();
  }

  has(patient: Patient): boolean {
    return this.#source.has(patient);
  }

  /** Width of a picture in the table, in pixels of the screen. */
  get width(): number {
    return Math.round(this.#source.width * this.#scale(TABLE));
  }

  /** The frame of the small picture of the table, or of the large one of the details. */
  frame(patient: Patient, size: 'table' | 'large'): HTMLElement {
    const scale = size === 'table' ? this.#scale(TABLE) : this.#scale(LARGE);
    const frame = element('span', { class: `picture ${size}` });
    // By properties, for the policy of the page allows no style attributes.
    frame.style.width = `${Math.round(this.#source.width * scale)}px`;
    frame.style.height = `${Math.round(this.#source.height * scale)}px`;
    this.#waiting.set(frame, () => {
      const image = this.#source.image(patient, scale);
      image.alt = `CT of ${patient.id} with the outline of the tumour`;
      image.addEventListener('error', () => frame.replaceChildren('no picture'));
      frame.append(image);
    });
    this.#observer.observe(frame);
    return frame;
  }

  /** Makes the images below an element at once, in sight or not. */
  fillAll(within: Element): void {
    for (const frame of [...this.#waiting.keys()]) if (within.contains(frame)) this.#fill(frame);
  }

  #fill(frame: Element): void {
    this.#waiting.get(frame)?.();
    this.#waiting.delete(frame);
    this.#observer.unobserve(frame);
  }

  /** Of a picture that is to fit in. Small ones are enlarged to twice their pixels at most. */
  #scale(room: { readonly width: number; readonly height: number }): number {
    const { width, height } = this.#source;
    return Math.min(room === TABLE ? 1 : 2, room.width / width, room.height / height);
  }
}

/** Tiles of JPEG sheets in the page. */
function sheetSource(pictures: PageData['pictures']): Source {
  const { width, height, tilesPerSheet, patients } = pictures ?? NO_PICTURES;
  const tileOf = new Map(patients.map((id, tile) => [id, tile]));
  const urls: string[] = [];
  const urlOf = (sheet: number): string => {
    urls[sheet] ??= URL.createObjectURL(new Blob([bytesOfBlock(`sheet-${sheet}`)], { type: 'image/jpeg' }));
    return urls[sheet];
  };
  return {
    width,
    height,
    has: ({ id }) => tileOf.has(id),
    image({ id }, scale) {
      const tile = tileOf.get(id)!;
      const image = element('img', { width, height, class: 'tile' });
      image.style.objectPosition = `0 ${-height * (tile % tilesPerSheet)}px`;
      image.style.transform = `scale(${scale})`;
      image.src = urlOf(Math.floor(tile / tilesPerSheet));
      return image;
    },
  };
}

const NO_PICTURES: NonNullable<PageData['pictures']> = {
  width: 1,
  height: 1,
  tilesPerSheet: 1,
  patients: [],
};

/** `qc_overlay_mid.png` of the ROI, from the server of the review. */
function serverSource(): Source {
  const [width, height] = [970, 378];
  return {
    width,
    height,
    has: ({ output }) => output !== null && 'qc_overlay_mid' in output.paths,
    image({ id }, scale) {
      const image = element('img', { width: Math.round(width * scale), height: Math.round(height * scale) });
      image.src = `pictures/${encodeURIComponent(id)}`;
      return image;
    },
  };
}

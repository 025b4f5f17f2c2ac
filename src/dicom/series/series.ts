import { acquisitionOf, type ImageFrame } from '../file/functional-groups.ts';
import { Tag, text } from '../file/part10.ts';
import type { SlicePlane } from './slice-plane.ts';

/** One of several scans that a series holds, with the others. */
export interface ScanOfSeries {
  /** What told them apart: Acquisition Number, say. */
  readonly attribute: string;
  /** The images of every scan of the series, in the order of that attribute. */
  readonly scans: readonly (readonly SlicePlane[])[];
  /** Which of them this is. */
  readonly index: number;
}

/** CT images of one series that share orientation, matrix and pixel spacing: a candidate for the volume. */
export interface CtSeries {
  readonly seriesUid: string;
  readonly frameOfReferenceUid: string;
  readonly planes: readonly SlicePlane[];
  /** Median distance of neighbouring slices. */
  readonly spacingMm: number;
  /** From the first slice to the last. */
  readonly coverageMm: number;
  readonly kernel: string;
  /** Only where the series holds several scans: `planes` are one of them. */
  readonly scan?: ScanOfSeries;
}

/** A series, or part of one, that is no candidate, and why. */
export interface RejectedSeries {
  readonly modality: string;
  readonly images: number;
  readonly reason: string;
}

export interface SeriesRules {
  readonly minSlices: number;
  /** Regular expressions (case ignored) for the description of series that are no scan of the patient. */
  readonly rejectDescriptions: readonly string[];
  /** Regular expressions (case ignored) for Convolution Kernel, most wanted first. */
  readonly kernelPreference: readonly string[];
}

/** Convolution Kernel of an image. */
export function kernelOf(image: ImageFrame): string {
  return text(
    acquisitionOf(image, Tag.CTReconstructionSequence, Tag.ConvolutionKernel),
    Tag.ConvolutionKernel,
  );
}
